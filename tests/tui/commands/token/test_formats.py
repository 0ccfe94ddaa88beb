"""`doorkey token --format`: what is printed, by the quick way and by the full one alike."""

import json
import shlex
import subprocess
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from tests.support.builders.sessions import session
from tests.support.documents import validated
from tui.auth.store.file_store import session_store
from tui.cli import main
from tui.config.load import Config

FULL_WAY = "--min-validity=9"
"""An option that the quick way leaves to argparse."""

Capture = pytest.CaptureFixture[str]


@pytest.fixture(params=[(), (FULL_WAY,)], ids=["quick", "full"])
def way(request: pytest.FixtureRequest) -> tuple[str, ...]:
    return tuple(request.param)


def printed(capsys: Capture, *argv: str) -> str:
    assert main(["token", *argv]) == 0
    return capsys.readouterr().out


def expiry(config: Config) -> str:
    kept = session_store(config).load()
    assert kept is not None
    moment = kept.token_set.access_token_expiry.replace(microsecond=0)
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def test_each_format_says_the_token(
    signed_in: Config, way: tuple[str, ...], capsys: Capture
) -> None:
    assert printed(capsys, "--format", "token", *way) == "the-access-token\n"
    line = "Authorization: Bearer the-access-token\n"
    assert printed(capsys, "--format=header", *way) == line
    assert printed(capsys, "--format", "env", *way) == "DOORKEY_ACCESS_TOKEN=the-access-token\n"
    assert validated(printed(capsys, "--format", "json", *way), "token") == {
        "access_token": "the-access-token",
        "token_type": "Bearer",
        "expires_at": expiry(signed_in),
        "scope": "openid profile email offline_access",
    }


def test_the_id_token_is_said_as_such(
    signed_in: Config, way: tuple[str, ...], capsys: Capture
) -> None:
    assert printed(capsys, "--id-token", *way) == "the-id-token\n"
    assert printed(capsys, "--id-token", "--format=env", *way) == "DOORKEY_ID_TOKEN=the-id-token\n"
    members = validated(printed(capsys, "--format=json", "--id-token", *way), "token")
    assert members == {"id_token": "the-id-token", "expires_at": expiry(signed_in)}
    credential = json.loads(printed(capsys, "--format=exec-credential", "--id-token", *way))
    assert credential["status"]["token"] == "the-id-token"


@pytest.mark.parametrize("version", ["v1", "v1beta1"])
def test_an_exec_credential_is_of_the_version_that_is_asked_for(
    signed_in: Config,
    way: tuple[str, ...],
    version: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: Capture,
) -> None:
    asked = {"apiVersion": f"client.authentication.k8s.io/{version}", "kind": "ExecCredential"}
    monkeypatch.setenv("KUBERNETES_EXEC_INFO", json.dumps(asked))
    assert json.loads(printed(capsys, "--format=exec-credential", *way)) == asked | {
        "status": {"token": "the-access-token", "expirationTimestamp": expiry(signed_in)}
    }


@pytest.mark.parametrize(
    "asked", ['{"apiVersion": "client.authentication.k8s.io/v1alpha1"}', "{}", "[", "[1]"]
)
def test_a_version_of_kubernetes_that_is_not_known_is_wrong_usage(
    signed_in: Config, asked: str, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    monkeypatch.setenv("KUBERNETES_EXEC_INFO", asked)
    assert main(["token", "--format=exec-credential"]) == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    assert "set apiVersion: client.authentication.k8s.io/v1" in shown.err


@pytest.mark.parametrize("token", ["abc.DEF-1_2~3+/==", "$(id)", "a;b", "~root", "a'b", "a&b"])
def test_a_shell_gets_the_token_to_the_letter_or_not_at_all(
    config: Config, token: str, capsys: Capture
) -> None:
    session_store(config).save(session(access_token=token, obtained_at=datetime.now(UTC)))
    code = main(["token", "--format=env"])
    shown = capsys.readouterr()
    if token.startswith("abc"):
        script = f'{shown.out}printf %s "$DOORKEY_ACCESS_TOKEN"'
        assert code == 0
        assert subprocess.check_output(["sh", "-c", script], text=True) == token
        assert shlex.split(shown.out) == [f"DOORKEY_ACCESS_TOKEN={token}"]
    else:
        assert (code, shown.out) == (6, "")
        assert "characters that a shell would act on" in shown.err
        assert token not in shown.err


@pytest.mark.parametrize("format_name", ["git-credential", "credential-helper"])
def test_an_id_token_is_nothing_for_a_program_that_calls_the_api(
    signed_in: Config, way: tuple[str, ...], format_name: str, capsys: Capture
) -> None:
    assert main(["token", "--id-token", "--format", format_name, *way, "get"]) == 2
    assert "takes access tokens" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["get"], "get goes with --format git-credential or credential-helper only"),
        (["--format", "git-credential"], "needs an operation"),
        (["--format", "credential-helper"], "needs an operation"),
        (["--format", "credential-helper", "store"], "knows the operation get only"),
    ],
)
def test_what_does_not_go_together_is_wrong_usage(
    signed_in: Config, way: tuple[str, ...], words: list[str], said: str, capsys: Capture
) -> None:
    assert main(["token", *words, *way]) == 2
    shown = capsys.readouterr()
    assert said in shown.err
    assert shown.out == ""


def test_a_format_that_there_is_not_suggests_one(signed_in: Config, capsys: Capture) -> None:
    with pytest.raises(SystemExit):
        main(["token", "--format", "jsn"])
    assert "Did you mean json?" in capsys.readouterr().err


def test_an_id_token_about_to_expire_is_not_handed_out(config: Config, capsys: Capture) -> None:
    """As an access token: whoever gets it needs a minute."""
    kept = session(obtained_at=datetime.now(UTC) - timedelta(minutes=59), refresh_token=None)
    soon = replace(kept.token_set, token_expiry=datetime.now(UTC) - timedelta(seconds=1))
    session_store(config).save(replace(kept, token_set=soon))
    assert main(["token", "--id-token"]) == 4
    assert capsys.readouterr().out == ""
