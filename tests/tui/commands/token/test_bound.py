"""`doorkey token` of a session whose tokens are bound to a key."""

import json
from datetime import UTC, datetime
from io import BytesIO, TextIOWrapper

import pytest

from tests.support.builders.sessions import session
from tests.support.people.visitor import claims_of, header_of
from tests.support.tenants.bound import KEY, bound
from tui.auth.store.file_store import session_store
from tui.cli import main
from tui.config.load import Config

WARNING = "bound to a key (DPoP) and of no use alone"

Capture = pytest.CaptureFixture[str]


@pytest.fixture
def keyed(config: Config) -> Config:
    session_store(config).save(bound(session(obtained_at=datetime.now(UTC))))
    return config


def test_the_token_is_printed_with_a_warning(keyed: Config, capsys: Capture) -> None:
    assert main(["token"]) == 0
    out, err = capsys.readouterr()
    assert out == "the-access-token\n"
    assert WARNING in err
    assert main(["token", "--format", "header"]) == 0
    out, err = capsys.readouterr()
    assert out == "Authorization: DPoP the-access-token\n"
    assert WARNING in err


@pytest.mark.parametrize(
    ("format_name", "request_text"),
    [
        ("json", ""),
        ("env", ""),
        ("exec-credential", ""),
        ("git-credential", "protocol={scheme}\nhost={host}\n\n"),
        ("credential-helper", '{{"uri": "{scheme}://{host}/"}}'),
    ],
)
def test_a_program_that_can_only_take_a_token_is_warned(
    keyed: Config,
    capsys: Capture,
    monkeypatch: pytest.MonkeyPatch,
    format_name: str,
    request_text: str,
) -> None:
    scheme, _, host = keyed.api_url.partition("://")
    text = request_text.format(scheme=scheme, host=host)
    monkeypatch.setattr("sys.stdin", TextIOWrapper(BytesIO(text.encode())))
    operation = ["get"] if request_text else []
    assert main(["token", "--format", format_name, *operation]) == 0
    out, err = capsys.readouterr()
    assert "the-access-token" in out
    assert WARNING in err


def test_the_id_token_is_not_bound(keyed: Config, capsys: Capture) -> None:
    assert main(["token", "--id-token"]) == 0
    assert capsys.readouterr() == ("the-id-token\n", "")


@pytest.mark.parametrize("target", ["{}/api/external?a=b", "/api/external?a=b"])
def test_both_headers_of_one_request_are_printed(
    keyed: Config, capsys: Capture, target: str
) -> None:
    url = target.format(keyed.api_url)
    assert main(["token", "--format", "header", "--for", "post", url]) == 0
    out, err = capsys.readouterr()
    authorization, proof = out.splitlines()
    assert authorization == "Authorization: DPoP the-access-token"
    assert err == ""
    proof = proof.removeprefix("DPoP: ")
    header, claims = header_of(proof), claims_of(proof)
    assert header["jwk"] == KEY.public_jwk
    assert (claims["htm"], claims["htu"]) == ("POST", f"{keyed.api_url}/api/external")
    assert KEY.d not in out


def test_a_nonce_that_the_api_demands_can_be_given(keyed: Config, capsys: Capture) -> None:
    argv = ["token", "--format", "header", "--for", "GET", "/api/external", "--nonce"]
    assert main([*argv, "n-0S6_WzA2Mj"]) == 0
    assert claims_of(capsys.readouterr().out.split()[-1])["nonce"] == "n-0S6_WzA2Mj"
    for nonce in ("", "two words", "a" * 1025, "line\nbreak"):
        assert main([*argv, nonce]) == 2
        out, err = capsys.readouterr()
        assert (out, "DPoP-Nonce" in err) == ("", True)


def test_a_longer_life_than_can_be_had_is_warned_of_with_both_headers_too(
    keyed: Config, capsys: Capture
) -> None:
    argv = ["--format", "header", "--for", "GET", keyed.api_url, "--min-validity=7200"]
    assert main(["token", *argv]) == 0
    out, err = capsys.readouterr()
    assert len(out.splitlines()) == 2
    assert "s left, less than was asked for" in err


def test_a_bearer_session_has_one_header(signed_in: Config, capsys: Capture) -> None:
    assert main(["token", "--format", "header", "--for", "GET", signed_in.api_url]) == 0
    assert capsys.readouterr().out == "Authorization: Bearer the-access-token\n"


@pytest.mark.parametrize(
    "argv",
    [
        ["--for", "GET", "/x"],
        ["--format", "header", "--id-token", "--for", "GET", "/x"],
        ["--format", "header", "--for", "GET", "https://elsewhere.example/x"],
        ["--format", "header", "--for", "GET\nX: y", "/x"],
        ["--format", "header", "--nonce", "x"],
    ],
)
def test_headers_for_anything_else_are_refused(
    keyed: Config, capsys: Capture, argv: list[str]
) -> None:
    assert main(["token", *argv]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert "--for" in err


def test_status_says_whether_tokens_are_bound(keyed: Config, capsys: Capture) -> None:
    assert main(["status", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["bound"] is True
    session_store(keyed).save(session())
    assert main(["status"]) == 0
    assert "bound" in capsys.readouterr().out
