"""`doorkey login` at a tenant whose answer is wrong: exit code 6, in words that help."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest

from tests.support.builders.configs import CONFIG, write_config
from tests.support.clocks import Clock
from tests.support.documents import validated
from tests.support.ports import taken_port
from tests.support.tenants.scripted_tenant import ScriptedTenant
from tui.auth.service import AuthService
from tui.auth.store.file_store import session_store
from tui.cli import main
from tui.config.load import load_config

SetUp = Callable[[ScriptedTenant], None]

HOUR = timedelta(hours=1)


def calls_itself_otherwise(tenant: ScriptedTenant) -> None:
    tenant.metadata["issuer"] = "https://other.example/"


def answers_as_another(tenant: ScriptedTenant) -> None:
    tenant.answer_parameters["iss"] = "https://other.example/"


def signs_as_another(tenant: ScriptedTenant) -> None:
    tenant.id_claims["iss"] = "https://other.example/"


def refuses(error: str) -> SetUp:
    def set_up(tenant: ScriptedTenant) -> None:
        tenant.answer_parameters |= {"code": None, "error": error}

    return set_up


def sends_no_id_token(tenant: ScriptedTenant) -> None:
    tenant.token_members["id_token"] = None


def issued_in(ahead: timedelta) -> SetUp:
    """Tokens whose times do not fit the time that the tenant's answers have."""

    def set_up(tenant: ScriptedTenant) -> None:
        now = int((tenant.clock() + ahead).timestamp())
        tenant.id_claims |= {"iat": now, "auth_time": now, "exp": now + 600}

    return set_up


@pytest.fixture
def tenant(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ScriptedTenant:
    """A tenant for the command in the config of this folder, and a browser that signs in at it."""
    monkeypatch.chdir(tmp_path)
    write_config(
        tmp_path, domain=CONFIG.domain, clientId=CONFIG.client_id, audience=CONFIG.audience,
        apiUrl=CONFIG.api_url, redirectUris=list(CONFIG.redirect_uris),
    )  # fmt: skip
    monkeypatch.setenv("DOORKEY_TRUST", "1")
    made = ScriptedTenant(Clock(datetime.now(UTC)))
    service = partial(AuthService, transport=made, open_url=made.browser)
    monkeypatch.setattr("tui.commands.login.AuthService", service)
    return made


WRONG = {
    "discovery": (calls_itself_otherwise, "tenant_misbehaved", "to the letter"),
    "answer": (answers_as_another, "sign_in_refused", "https://other.example/"),
    "id-token": (signs_as_another, "id_token_rejected", "https://other.example/"),
    "no-id-token": (
        sends_no_id_token,
        "id_token_rejected",
        "no ID token, though openid was",
    ),
    "clock-behind": (issued_in(HOUR), "id_token_rejected", "ahead of this machine's clock. Check"),
    "clock-ahead": (issued_in(-HOUR), "id_token_rejected", "by this machine's clock. Check"),
}


@pytest.mark.parametrize(("set_up", "word", "said"), WRONG.values(), ids=WRONG)
def test_a_wrong_answer_is_the_tenants_fault_and_says_what_to_do(
    tenant: ScriptedTenant,
    set_up: SetUp,
    word: str,
    said: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    set_up(tenant)
    assert main(["login"]) == 6
    output = capsys.readouterr()
    assert output.out == ""
    assert said in output.err.splitlines()[-1]
    assert main(["login", "--json"]) == 6
    last = capsys.readouterr().out.splitlines(keepends=True)[-1]
    found = validated(last, "failure")
    assert (found["error"], found["exit"]) == (word, 6)
    assert found["message"].endswith(found["next"])
    assert session_store(load_config()).load() is None


@pytest.mark.parametrize(
    ("option", "set_up", "said"),
    [
        (["--scope", "profile"], sends_no_id_token, "as --scope has no openid in it. Add it there"),
        (["--scope", "openid x"], refuses("invalid_scope"), "Correct what --scope asks for ("),
        (["--prompt", "none"], refuses("login_required"), "forbids: leave --prompt out."),
    ],
)
def test_where_an_option_was_the_cause_it_is_named_and_not_the_config(
    tenant: ScriptedTenant,
    option: list[str],
    set_up: SetUp,
    said: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    set_up(tenant)
    assert main(["login", *option]) == 6
    told = capsys.readouterr().err.splitlines()[-1]
    assert said in told
    assert "config" not in told


def test_a_sign_in_that_nothing_keeps_says_so(
    tenant: ScriptedTenant, capsys: pytest.CaptureFixture[str]
) -> None:
    configure(sessionStorage="memory")
    assert main(["login"]) == 0
    warning = capsys.readouterr().err.splitlines()[-2]
    assert warning.startswith("▲ The session ends with this command")
    assert main(["login", "--json"]) == 0
    assert "The session ends with this command" in capsys.readouterr().out
    assert main(["token"]) == 4


def configure(**members: object) -> None:
    path = Path("auth_config.json")
    path.write_text(json.dumps({**json.loads(path.read_text()), **members}))


def test_callback_ports_that_are_taken_are_no_want_of_a_sign_in(
    tenant: ScriptedTenant, capsys: pytest.CaptureFixture[str]
) -> None:
    with taken_port() as port:
        configure(redirectUris=[f"http://127.0.0.1:{port}/callback"])
        assert main(["login"]) == 2
    assert "No port is free" in capsys.readouterr().err


def test_a_keyring_that_the_config_wants_and_nobody_has_is_the_configs_trouble(
    tenant: ScriptedTenant, capsys: pytest.CaptureFixture[str]
) -> None:
    configure(sessionStorage="keyring")
    assert main(["login"]) == 2
    assert "no keyring answers" in capsys.readouterr().err


def test_the_same_tenant_signs_in_where_nothing_of_it_is_wrong(
    tenant: ScriptedTenant, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["login", "--json"]) == 0
    assert json.loads(capsys.readouterr().out.splitlines()[-1])["event"] == "signed_in"
