"""The examination as a whole: bounded in time, harmless, and without a secret in it."""

import json
import re
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from tests.support.app.stage import ACCESS_CLAIMS, jwt_of
from tests.support.builders.configs import write_config
from tests.support.builders.sessions import session
from tests.support.doctor.patient import Patient
from tests.support.documents import schema
from tests.support.silence import Silent
from tui.auth.sign_in.attempt import ForeignAnswer, SignInAttempt, SignInOptions
from tui.auth.tenant.metadata import parse_metadata
from tui.cli import main
from tui.commands.doctor import exit_code, lines
from tui.config.load import Config, load_config
from tui.doctor.connection import proxy_in_use, proxy_of, require_name
from tui.doctor.examination import RULES, examine, examine_in_use
from tui.doctor.row import Row
from tui.doctor.surroundings import WITHOUT_CONFIG, guard_check
from tui.errors import ConfigInvalid, ExchangeFailed, StoreFailed


async def test_who_never_answers_is_given_up_and_each_rule_has_its_row(patient: Patient) -> None:
    world = replace(patient.world, tenant=Silent(), api=Silent())
    rows = {each.rule: each for each in await examine(world, seconds=0.05)}
    assert list(rows) == list(RULES)
    assert rows["issuer"].found == rows["api"].found == "not looked at: no answer within 0 s"
    assert rows["folders"].verdict == "ok"


@pytest.mark.parametrize(
    ("becomes", "verdict", "found"),
    [
        (None, "ok", "each key is right"),
        ('{"domain": 1}', "wrong", '"domain" must be'),
        ('{"domain": "other.example", "clientId": "a", "audience": "b"}', "warning", "by now than"),
        ("", "wrong", "no such file"),
    ],
)
async def test_of_a_config_in_use_it_is_said_what_its_file_has_become(
    alone: Path, becomes: str | None, verdict: str, found: str
) -> None:
    path = write_config(alone)
    config = load_config(path)
    if becomes is not None:
        path.write_text(becomes) if becomes else path.unlink()
    told: list[Row] = []
    await examine_in_use(config, lambda _: None, told.append)
    (row,) = (each for each in told if each.rule == "config")
    assert row.verdict == verdict
    assert found in row.found
    assert row.remedy or verdict == "ok"


async def test_what_breaks_in_one_chapter_leaves_the_others_alone(patient: Patient) -> None:
    def breaks(_config: Config) -> None:
        raise ValueError("no such session")

    world = replace(patient.world, load_session=breaks)
    rows = {each.rule: each for each in await examine(world)}
    assert rows["session"].found == "not looked at: no such session"
    assert (rows["token-scopes"].verdict, rows["callback"].verdict) == ("unknown", "ok")


async def test_a_session_that_cannot_be_read_is_wrong(patient: Patient) -> None:
    def refused(_config: Config) -> None:
        raise StoreFailed("The session is sealed. Unlock the keyring.")

    rows = await examine(replace(patient.world, load_session=refused))
    row = next(each for each in rows if each.rule == "session")
    assert row == Row("session", "wrong", "The session is sealed", "Unlock the keyring.")


async def test_roots_that_cannot_be_read_are_told_where_tls_is(
    patient: Patient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "nowhere"))
    rows = await patient.rows()
    assert (rows["tls"].verdict, rows["api"].verdict) == ("wrong", "unknown")
    assert "unset it" in rows["tls"].remedy


async def test_what_the_system_refuses_to_tell_is_not_known() -> None:
    def refused() -> Row:
        raise PermissionError(13, "Permission denied")

    row = await guard_check("folders", refused)
    assert (row.verdict, "Permission denied" in row.found) == ("unknown", True)


async def test_without_a_config_the_terminal_is_looked_at_all_the_same(patient: Patient) -> None:
    patient.refused = ConfigInvalid("auth_config.json: no such file.\nWrite one.")
    rows = await patient.rows()
    assert (rows["config"].found, rows["config"].remedy) == (
        "auth_config.json: no such file",
        "Write one.",
    )
    assert rows["browser"].verdict == "ok"
    assert "16 million colours" in rows["terminal"].found
    assert rows["keyring"].verdict == "unknown"


async def test_rows_are_told_as_they_come(patient: Patient) -> None:
    told: list[Row] = []
    rows = await examine(patient.world, told.append)
    assert sorted(told, key=lambda each: RULES.index(each.rule)) == rows


async def test_nobody_is_sent_a_token_and_no_code_is_redeemed(patient: Patient) -> None:
    patient.set(client_secret="the-client-secret")
    await patient.rows()
    sent = [*patient.tenant.requests, *patient.api_calls]
    assert {request.method for request in sent} == {"GET"}
    assert not any("authorization" in request.headers for request in sent)
    assert not any("the-client-secret" in str(request.url) for request in sent)


async def test_a_probe_asks_with_prompt_none_and_follows_no_redirect(patient: Patient) -> None:
    await patient.rows()
    asked = [each for each in patient.tenant.requests if each.url.path == "/authorize"]
    assert [each.url.params["prompt"] for each in asked] == ["none"]
    assert all(each.url.host == "tenant.example" for each in patient.tenant.requests)


async def test_no_two_probes_have_the_same_state(patient: Patient) -> None:
    await patient.rows()
    await patient.rows()
    asked = [each for each in patient.tenant.requests if each.url.path == "/authorize"]
    assert len({each.url.params["state"] for each in asked}) == 2


async def test_no_sign_in_takes_the_answer_to_a_probe(patient: Patient) -> None:
    """Each sign-in has a state of its own, and the probe's is kept by nobody."""
    await patient.rows()
    probe = next(each for each in patient.tenant.requests if each.url.path == "/authorize")
    metadata = parse_metadata(patient.tenant.metadata, patient.config.issuer)
    uri = probe.url.params["redirect_uri"]
    sign_in = SignInAttempt.fresh(patient.config, metadata, uri, SignInOptions())
    with pytest.raises(ForeignAnswer, match="another sign-in"):
        sign_in.code_in(f"code=the-code&state={probe.url.params['state']}")


async def test_nothing_secret_comes_out(patient: Patient) -> None:
    canaries = ("the-client-secret", "the-refresh-token", "the-id-token", "alice", "Alice", "pw-1")
    patient.set(client_secret="the-client-secret")
    patient.environ["HTTPS_PROXY"] = "http://user:pw-1@proxy.example:3128"
    access_token = jwt_of(ACCESS_CLAIMS)
    patient.session = session(access_token=access_token)
    rows = list((await patient.rows()).values())
    text = json.dumps([asdict(each) for each in rows]) + "\n".join(lines(rows))
    asked = next(each for each in patient.tenant.requests if each.url.path == "/authorize")
    secrets = (*canaries, access_token, asked.url.params["state"], asked.url.params["nonce"])
    assert [each for each in secrets if each in text] == []
    assert "proxy.example:3128" in text


def test_a_proxy_is_named_without_its_password(patient: Patient) -> None:
    environ = {"https_proxy": "http://user:p@ss/w@proxy.example:3128/"}
    assert proxy_in_use(patient.config, environ) == "by proxy.example:3128"


@pytest.mark.parametrize(
    ("environ", "proxy"),
    [
        ({}, ""),
        ({"HTTPS_PROXY": "http://proxy.example:3128"}, "proxy.example:3128"),
        ({"HTTPS_PROXY": "a.example:1", "https_proxy": "b.example:2"}, "b.example:2"),
        ({"ALL_PROXY": "socks5://proxy.example:1080"}, "proxy.example:1080"),
        ({"HTTP_PROXY": "proxy.example:3128"}, ""),
        ({"HTTPS_PROXY": "proxy.example:3128", "NO_PROXY": ".example"}, ""),
        ({"HTTPS_PROXY": "proxy.example:3128", "NO_PROXY": "*"}, ""),
    ],
)
def test_the_proxy_of_an_address_is_known(environ: dict[str, str], proxy: str) -> None:
    assert proxy_of("https://tenant.example/", environ) == proxy
    assert proxy_of("http://127.0.0.1:3002/", environ) == ""


async def test_a_name_without_an_address_is_known_before_anything_is_asked(
    patient: Patient,
) -> None:
    async def knows_none(_url: str, _environ: object) -> None:
        raise ExchangeFailed("name", "no such host")

    rows = {each.rule: each for each in await examine(replace(patient.world, look_up=knows_none))}
    assert (rows["name"].verdict, rows["api"].verdict) == ("wrong", "wrong")
    assert patient.tenant.requests == patient.api_calls == []


async def test_a_name_that_cannot_be_is_refused() -> None:
    with pytest.raises(ExchangeFailed, match="no such host"):
        await require_name("https://tenant..example/", {})
    await require_name("https://tenant..example/", {"https_proxy": "proxy.example:3128"})


def test_a_warning_is_nothing_wrong() -> None:
    assert exit_code([Row("clock", "warning", "off"), Row("pkce", "unknown", "?")]) == 0
    assert exit_code([Row("keys", "wrong", "none")]) == 1


def test_people_read_the_worst_first_and_the_count(patient: Patient) -> None:
    said = list(lines([Row("name", "ok", "known"), Row("keys", "wrong", "none", "Make some.")]))
    assert said[0] == "✗ wrong    keys  none"
    assert said[1].strip() == "→ Make some."
    assert said[-1] == "1 wrong, 0 warning, 0 unknown, 1 ok"


def test_a_row_fits_into_the_terminal_with_each_word_of_it() -> None:
    row = Row("callback", "wrong", "not registered: " + "word " * 30, "Allow these, " * 10)
    said = list(lines([row], 79))
    assert max(map(len, said)) <= 79
    assert " ".join(" ".join(said).split()).count("word") == 30
    assert said[1].startswith(" " * len("✗ wrong    callback  "))
    assert next(lines([row], 30)).count("word") == 30


def test_what_is_unknown_for_one_reason_is_told_once() -> None:
    why = "not looked at: there is no metadata"
    rows = [Row("pkce", "unknown", why), Row("clock", "unknown", "?"), Row("keys", "unknown", why)]
    assert list(lines(rows)) == [
        f"· unknown  2 rules  {why} (pkce, keys)",
        "· unknown  clock    ?",
        "",
        "0 wrong, 0 warning, 3 unknown, 0 ok",
    ]


@pytest.fixture
def alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("DOORKEY_STATE_DIR", str(tmp_path / "state"))
    return tmp_path


def examined(out: str) -> dict[str, dict[str, str]]:
    from jsonschema import Draft202012Validator  # type: ignore[import-untyped] # it has no types

    rows: list[dict[str, str]] = json.loads(out)
    Draft202012Validator(schema("doctor")).validate(rows)
    return {each["rule"]: each for each in rows}


def test_json_is_an_array_by_its_schema(alone: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = write_config(alone, sessionStorage="file")
    assert main(["doctor", "--json", "--config", str(path)]) == 1
    rows = examined(capsys.readouterr().out)
    assert list(rows) == list(RULES)
    assert rows["connection"]["verdict"] == rows["api"]["verdict"] == "wrong"


def test_the_schema_names_each_rule_and_no_other() -> None:
    assert schema("doctor")["items"]["properties"]["rule"]["enum"] == list(RULES)


def test_a_state_folder_that_cannot_be_is_a_row(
    alone: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DOORKEY_STATE_DIR", "~nobody-of-that-name/state")
    assert main(["doctor", "--json", "--config", str(write_config(alone))]) == 1
    row = examined(capsys.readouterr().out)["folders"]
    assert (row["verdict"], row["remedy"]) == ("wrong", "Name a path.")


@pytest.mark.parametrize("text", ["", "[]", '{"clientID": 1}', "\x1b[2J"])
def test_a_config_that_cannot_be_read_is_a_row(
    alone: Path, capsys: pytest.CaptureFixture[str], text: str
) -> None:
    path = alone / "auth_config.json"
    path.write_text(text)
    assert main(["doctor", "--json", "--config", str(path)]) == 1
    rows = examined(capsys.readouterr().out)
    assert rows["config"]["verdict"] == "wrong"
    others = {name: each for name, each in rows.items() if name not in WITHOUT_CONFIG}
    assert {each["verdict"] for name, each in others.items() if name != "config"} == {"unknown"}
    assert others["keys"]["found"] == "not looked at: there is no config to go by"


def test_who_waits_is_told_what_for_on_stderr_alone(
    alone: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tui.commands.doctor.PROGRESS_SECONDS", 0)
    main(["doctor", "--json", "--config", str(write_config(alone, sessionStorage="file"))])
    shown = capsys.readouterr()
    assert examined(shown.out)
    assert re.fullmatch(
        r"doorkey: waiting for ([a-z-]+, ){4}[a-z-]+ and \d+ more \(10 s at most\)\n", shown.err
    )
