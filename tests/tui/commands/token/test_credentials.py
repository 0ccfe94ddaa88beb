"""git's and Bazel's protocols: answered for apiUrl's origin, and for no other."""

import io
import json
from datetime import UTC, datetime

import pytest

from tests.support.builders.sessions import session
from tui.auth.store.file_store import session_store
from tui.cli import main
from tui.config.load import Config

Capture = pytest.CaptureFixture[str]

WAYS = pytest.mark.parametrize("way", [(), ("--min-validity=9",)], ids=["quick", "full"])


@pytest.fixture
def ask(monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> "Ask":
    return Ask(monkeypatch, capsys)


class Ask:
    """Runs `doorkey token` with something on its stdin."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
        self._monkeypatch = monkeypatch
        self._capsys = capsys
        self.err = ""

    def __call__(self, *words: str, stdin: str | bytes, code: int = 0) -> str:
        content = stdin.encode() if isinstance(stdin, str) else stdin
        self._monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(content)))
        assert main(["token", "--format", *words]) == code
        shown = self._capsys.readouterr()
        self.err = shown.err
        return shown.out

    def git(self, operation: str, *lines: str, code: int = 0) -> dict[str, str]:
        out = self("git-credential", operation, stdin="\n".join([*lines, "", ""]), code=code)
        return dict(line.split("=", 1) for line in out.splitlines())


def about(config: Config) -> tuple[str, str]:
    protocol, _, host = config.api_url.partition("://")
    return f"protocol={protocol}", f"host={host}"


def expiry(config: Config) -> datetime:
    kept = session_store(config).load()
    assert kept is not None
    return kept.token_set.access_token_expiry


@WAYS
def test_git_gets_the_token_as_a_password(signed_in: Config, ask: Ask, way: tuple[str]) -> None:
    stdin = "\n".join([*about(signed_in), "wwwauth[]=Bearer", "path=x.git", "", ""])
    assert ask("git-credential", *way, "get", stdin=stdin).splitlines() == [
        "username=oauth2",
        "password=the-access-token",
        f"password_expiry_utc={int(expiry(signed_in).timestamp())}",
    ]


def test_a_user_name_in_the_url_stays(signed_in: Config, ask: Ask) -> None:
    assert ask.git("get", *about(signed_in), "username=me")["username"] == "me"


@WAYS
def test_a_git_that_offers_authtype_gets_a_bearer_token(
    signed_in: Config, ask: Ask, way: tuple[str]
) -> None:
    offered = ["capability[]=authtype", "capability[]=state"]
    stdin = "\n".join([*offered, *about(signed_in), "", ""])
    assert ask("git-credential", *way, "get", stdin=stdin).splitlines() == [
        "capability[]=authtype",
        "authtype=Bearer",
        "credential=the-access-token",
        "ephemeral=1",
        f"password_expiry_utc={int(expiry(signed_in).timestamp())}",
    ]


def test_a_list_of_capabilities_that_was_cleared_offers_none(signed_in: Config, ask: Ask) -> None:
    offered = ("capability[]=authtype", "capability[]=")
    assert "authtype" not in ask.git("get", *offered, *about(signed_in))


@pytest.mark.parametrize(
    "lines",
    [
        ("protocol=http", "host=other.example"),
        ("protocol=https", "host=127.0.0.1:9"),
        ("protocol=http", "host=user@127.0.0.1:9"),
        ("protocol=http",),
        ("protocol=cert", "host=", "path=/file"),
        (),
    ],
)
def test_another_origin_gets_nothing_of_git(
    signed_in: Config, ask: Ask, lines: tuple[str, ...]
) -> None:
    assert ask.git("get", *lines) == {}


@pytest.mark.parametrize("mark", ["#", "?", "/", "\\", "@", "\0", "%23", ";", ":x"])
def test_a_host_that_only_begins_as_ours_gets_nothing_of_git(
    signed_in: Config, ask: Ask, mark: str
) -> None:
    """security.md 30: git asks for `API#.evil.example` where a URL has `API%23.evil.example`."""
    protocol, host = about(signed_in)
    assert ask.git("get", protocol, f"{host}{mark}.evil.example") == {}


def test_a_protocol_with_an_address_in_it_gets_nothing_of_git(signed_in: Config, ask: Ask) -> None:
    """security.md 30: the token is for the host that is named, whatever stands before it."""
    assert ask.git("get", f"protocol={signed_in.api_url}/x?", "host=evil.example") == {}


@pytest.mark.parametrize("operation", ["store", "capability", "what-may-come"])
def test_what_git_says_beside_get_and_erase_succeeds_and_does_nothing(
    config: Config, ask: Ask, operation: str
) -> None:
    config.path.unlink()
    assert ask.git(operation, *about(config), "password=x") == {}


def test_an_erased_token_is_not_handed_out_again(signed_in: Config, ask: Ask) -> None:
    assert ask.git("erase", *about(signed_in), "password=the-access-token") == {}
    assert ask.git("get", *about(signed_in), code=5) == {}
    assert "the-access-token" not in ask.err
    session_store(signed_in).save(session(access_token="renewed", obtained_at=datetime.now(UTC)))
    assert ask.git("get", *about(signed_in))["password"] == "renewed"


def test_a_bearer_credential_can_be_erased_too(signed_in: Config, ask: Ask) -> None:
    ask.git("erase", "authtype=Bearer", *about(signed_in), "credential=the-access-token")
    ask.git("get", *about(signed_in), code=5)


@pytest.mark.parametrize(
    "lines",
    [("host=other.example", "protocol=http", "password=the-access-token"), ("password=another",)],
)
def test_erasing_what_is_not_our_token_changes_nothing(
    signed_in: Config, ask: Ask, lines: tuple[str, ...]
) -> None:
    ask.git("erase", *about(signed_in), *lines)
    assert ask.git("get", *about(signed_in))["password"] == "the-access-token"


@pytest.mark.parametrize("transport", ["", "grpc"])
@WAYS
def test_a_build_tool_gets_a_header_and_its_expiry(
    signed_in: Config, ask: Ask, way: tuple[str], transport: str
) -> None:
    uri = f"{signed_in.api_url}/cache/x?y"
    uri = uri.replace("http:", "grpc:") if transport else uri
    found = json.loads(ask("credential-helper", *way, "get", stdin=json.dumps({"uri": uri})))
    expires = expiry(signed_in).replace(microsecond=0).astimezone(UTC)
    assert found == {
        "headers": {"Authorization": ["Bearer the-access-token"]},
        "expires": expires.isoformat().replace("+00:00", "Z"),
    }


@pytest.mark.parametrize("uri", ["https://other.example/", "http://127.0.0.1.evil.example/", "x"])
@WAYS
def test_another_origin_gets_no_headers(
    signed_in: Config, ask: Ask, way: tuple[str], uri: str
) -> None:
    stdin = json.dumps({"uri": uri, "further": 1})
    assert json.loads(ask("credential-helper", *way, "get", stdin=stdin)) == {"headers": {}}


def test_another_origin_needs_no_sign_in(config: Config, ask: Ask) -> None:
    stdin = json.dumps({"uri": "https://other.example/"})
    assert json.loads(ask("credential-helper", "get", stdin=stdin)) == {"headers": {}}
    assert ask.git("get", "protocol=https", "host=other.example") == {}
    assert ask.git("get", *about(config), code=4) == {}


@pytest.mark.parametrize(
    "stdin",
    [b"", b"{}", b"[]", b'{"uri": 7}', b"\xff", b"[" * 100_000, b" " * 300_000],
    ids=["nothing", "no uri", "a list", "a number", "no text", "deep", "long"],
)
def test_what_is_no_request_is_wrong_usage(signed_in: Config, ask: Ask, stdin: bytes) -> None:
    assert ask("credential-helper", "get", stdin=stdin, code=2) == ""


@pytest.mark.parametrize("stdin", [b"nonsense\n", b"a=" + b"x" * 300_000])
def test_what_git_would_never_say_is_wrong_usage(signed_in: Config, ask: Ask, stdin: bytes) -> None:
    assert ask("git-credential", "get", stdin=stdin, code=2) == ""


def test_without_stdin_it_is_wrong_usage(
    signed_in: Config, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    monkeypatch.setattr("sys.stdin", None)
    assert main(["token", "--format", "git-credential", "get"]) == 2
    assert "there is none" in capsys.readouterr().err
