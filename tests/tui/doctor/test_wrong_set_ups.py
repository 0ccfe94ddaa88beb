"""Each wrong set-up leads to the one right remedy, in the doctor's words and the sign-in's."""

from pathlib import Path

import httpx
import pytest

from tests.support.doctor.patient import HOSTILE, Patient
from tests.support.doctor.set_ups import SetUp, api, issued_by, token
from tests.support.doctor.wrong_tenants import ENTRA, ENTRA_ID, WRONG_TENANTS, WrongTenant
from tui.errors import ConfigInvalid
from tui.terminal.clipboard import LET_THROUGH
from tui.text import printable, printable_block

PAGE_SECONDS = 0.05
"""For an answer that never comes: the tenant shows a page."""

PATIENCE_SECONDS = 30.0


def state_is_open(patient: Patient) -> None:
    patient.folder.chmod(0o755)


def state_is_closed(patient: Patient) -> None:
    patient.folder.chmod(0o500)


def config_is_open(patient: Patient) -> None:
    patient.config.path.write_text("{}")
    patient.config.path.chmod(0o666)


def keyring_is_silent(patient: Patient) -> None:
    patient.keyring.answers = False
    patient.set(session_storage="keyring")


def no_such_browser(patient: Patient) -> None:
    patient.environ["BROWSER"] = "/nowhere/browser"


# What is wrong beside the tenant, the rule that says so, and words of its remedy.
SET_UPS: list[tuple[str, SetUp, str, str]] = [
    ("no config", api(refused=ConfigInvalid("auth_config.json: there is no such file. Write one.")),
     "config", "Write one"),
    ("sts", issued_by(f"https://sts.windows.net/{ENTRA_ID}/"), "issuer",
     f"{ENTRA}/{ENTRA_ID}/v2.0"),
    ("api down", api(api_error=httpx.ConnectError("x")), "api", "Check your network"),
    ("api of another name", api(resource={"resource": "https://o.example/" + HOSTILE}),
     "api-metadata", 'Set "audience"'),
    ("api of another tenant",
     api(resource={"resource": "https://api.example", "authorization_servers": [HOSTILE]}),
     "api-metadata", "trusts another tenant"),
    ("api wants DPoP", api(api_challenge='DPoP algs="ES256"'), "dpop", "bearer tokens"),
    ("aud account", token(aud="account"), "token-audience", "audience"),
    ("graph token", token(aud="https://graph.microsoft.com"), "token-audience", "Microsoft Graph"),
    ("cognito token", token(aud=None, token_use="access"), "token-audience",
     "--audience-claim client_id"),
    ("token for the client", token(aud="the-client"), "token-audience", "Ask for the API"),
    ("aud of others", token(aud=["https://o.example/" + HOSTILE]), "token-audience", "`audience`"),
    ("open state folder", state_is_open, "folders", "chmod 700"),
    ("closed state folder", state_is_closed, "folders", "chmod 700"),
    ("open config", config_is_open, "folders", "chmod o-w"),
    ("no keyring", keyring_is_silent, "keyring", '"sessionStorage": "auto"'),
    ("no such browser", no_such_browser, "browser", "Correct BROWSER"),
]  # fmt: skip


async def leads_to(patient: Patient, rule: str, remedy: str) -> None:
    rows = await patient.rows()
    assert [each.rule for each in rows.values() if each.verdict == "wrong"] == [rule]
    assert remedy in rows[rule].remedy
    for each in rows.values():
        assert (each.found, each.remedy) == (printable(each.found), printable(each.remedy))


def test_the_table_of_tenants_is_as_long_as_was_promised() -> None:
    assert len({each.name for each in WRONG_TENANTS}) == len(WRONG_TENANTS) >= 30


@pytest.mark.parametrize("wrong", WRONG_TENANTS, ids=lambda wrong: wrong.name)
async def test_a_tenant_that_is_set_up_wrongly_leads_the_doctor_and_the_sign_in_to_one_remedy(
    patient: Patient, wrong: WrongTenant
) -> None:
    wrong.set_up(patient)
    await leads_to(patient, wrong.rule, wrong.remedy)
    said = await patient.refused_sign_in(PAGE_SECONDS if wrong.shows_page else PATIENCE_SECONDS)
    assert wrong.remedy in said
    assert said == printable_block(said)
    assert ("No answer came in time" in said) == wrong.shows_page


@pytest.mark.parametrize(
    ("set_up", "rule", "words"),
    [each[1:] for each in SET_UPS],
    ids=[each[0].replace(" ", "-") for each in SET_UPS],
)
async def test_what_is_wrong_beside_the_tenant_leads_to_the_one_right_remedy(
    patient: Patient, set_up: SetUp, rule: str, words: str
) -> None:
    set_up(patient)
    await leads_to(patient, rule, words)


def program(path: Path, does: str = "") -> None:
    path.write_text(f"#!/bin/sh\n{does}\n")
    path.chmod(0o755)


async def test_a_terminal_that_may_not_take_what_is_copied_is_not_said_to_be_right(
    patient: Patient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = (await patient.rows())["terminal"]
    assert (found.verdict, "cannot be asked" in found.found) == ("unknown", True)
    program(tmp_path / "tmux", "echo external")
    monkeypatch.setenv("PATH", str(tmp_path))
    patient.environ["TMUX"] = "default,1,0"
    found = (await patient.rows())["terminal"]
    assert (found.verdict, LET_THROUGH in found.remedy) == ("warning", True)


async def test_a_right_set_up_has_nothing_wrong_and_nothing_to_warn_of(
    patient: Patient, tmp_path: Path
) -> None:
    program(tmp_path / "xclip")
    patient.environ |= {"DISPLAY": ":0", "PATH": str(tmp_path)}
    rows = await patient.rows()
    assert {each.rule: each.found for each in rows.values() if each.verdict != "ok"} == {}
