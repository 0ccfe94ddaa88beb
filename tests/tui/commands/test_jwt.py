"""`doorkey jwt`: what a token says, and whether a published key has signed it."""

import io
import json
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.support.builders.tokens import RsaKey, claims, encoded, header, token
from tests.support.documents import validated
from tests.support.processes.worlds import World, new_world, serve
from tui.cli import main

KEY = RsaKey.named("k1")
OTHER = RsaKey.named("k1-other")

Capture = pytest.CaptureFixture[str]


def fresh(**changes: object) -> dict[str, object]:
    """Claims that are good now."""
    now = int(time.time())
    return claims(**{"iat": now - 10, "exp": now + 3600} | changes)


def nested(levels: int) -> str:
    """A token with a claim of so many lists in one another."""
    deep = '{"a":' + "[" * levels + "]" * levels + "}"
    return f"{encoded(header())}.{encoded(deep)}.x"


class Asked:
    """Runs `doorkey jwt` with a token on stdin."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, capsys: Capture, folder: Path) -> None:
        self._monkeypatch = monkeypatch
        self._capsys = capsys
        self.jwks = folder / "keys.json"
        self.jwks.write_text(json.dumps({"keys": [KEY.jwk()]}))
        self.err = ""

    def __call__(self, given: str | bytes, *words: str, code: int = 0) -> str:
        content = given.encode() if isinstance(given, str) else given
        self._monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(content)))
        assert main(["jwt", *words]) == code
        shown = self._capsys.readouterr()
        self.err = shown.err
        return shown.out

    def first(self, given: str | bytes, *words: str, code: int = 1) -> str:
        """The first line, with the keys at hand."""
        return self(given, "--jwks", str(self.jwks), *words, code=code).splitlines()[0]


@pytest.fixture
def ask(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> Asked:
    monkeypatch.chdir(tmp_path)
    return Asked(monkeypatch, capsys, tmp_path)


def test_a_good_token_is_verified_and_said_in_words(ask: Asked) -> None:
    given = fresh(sub="alice", exp=int(time.time()) + 7230)
    out = ask(token(KEY, given), "--jwks", str(ask.jwks), "--issuer", "https://tenant.example/")
    lines = out.splitlines()
    assert lines[0] == "verified: by k1, RS256 of https://tenant.example/"
    assert "  alg  RS256  (the algorithm it is signed with)" in lines
    assert "  kid  k1  (which key it is signed with)" in lines
    assert "  sub        alice  (the tenant's identifier for the person)" in lines
    (expires,) = (line for line in lines if line.startswith("  exp "))
    assert ", in 2 h" in expires
    assert "(when it expires)" in expires
    assert f"{datetime.now(UTC):%Y}-" in expires


@pytest.mark.parametrize(
    "wrapping",
    ["Bearer {}", "bearer {}\n", '"{}"', "'{}',", "  {}  ", "Authorization: Bearer {}", "DPoP {}",
     "\ufeff{}\r\n", '"Bearer {}"'],
)  # fmt: skip
def test_what_stands_around_a_token_does_no_harm(ask: Asked, wrapping: str) -> None:
    assert ask.first(wrapping.format(token(KEY, fresh())), code=0).startswith("verified: by k1")


def test_line_breaks_within_a_token_do_no_harm(ask: Asked) -> None:
    given = token(KEY, fresh())
    broken = "\r\n  ".join(given[at : at + 60] for at in range(0, len(given), 60))
    assert ask.first(broken, code=0).startswith("verified: by k1")


@pytest.mark.parametrize(
    ("given", "why"),
    [
        (lambda now: {"exp": now - 7230}, "it expired 2 h ago"),
        (lambda now: {"exp": now - 2}, "it expired "),
        (lambda now: {"nbf": now + 7230}, "it is not valid before 2 h from now"),
        (lambda now: {"iat": now + 7230}, "it was issued 2 h ahead of this clock"),
        (lambda _now: {"exp": None}, "it never expires: there is no exp"),
        (lambda _now: {"exp": "soon"}, "exp is no time"),
        (lambda now: {"exp": now * 1000}, "these are milliseconds"),
    ],
)
def test_a_time_that_is_wrong_is_the_reason(
    ask: Asked, given: Callable[[int], dict[str, object]], why: str
) -> None:
    line = ask.first(token(KEY, fresh(**given(int(time.time())))))
    assert line.startswith("NOT verified: ")
    assert why in line


def test_another_issuer_and_audience_are_the_reason(ask: Asked) -> None:
    given = token(KEY, fresh())
    line = ask.first(given, "--issuer", "https://else.example/")
    assert line == "NOT verified: iss is https://tenant.example/, not https://else.example/"
    line = ask.first(given, "--audience", "https://else.example")
    assert line == "NOT verified: aud is https://api.example, without https://else.example"
    assert ask.first(given, "--audience", "https://api.example", code=0)


@pytest.mark.parametrize(
    ("key", "changes", "words", "next_step"),
    [
        (KEY, {}, ["--audience", "https://else.example"], "or correct --audience."),
        (KEY, {"exp": 1}, [], "have its issuer give a token"),
        (OTHER, {}, ["--audience", "https://else.example"], "or its keys by --jwks."),
    ],
)
def test_what_to_do_next_is_about_what_is_wrong(
    ask: Asked, key: RsaKey, changes: dict[str, object], words: list[str], next_step: str
) -> None:
    given = token(key, fresh(**changes))
    said = ask(given, "--json", "--jwks", str(ask.jwks), *words, code=1)
    assert next_step in validated(said, "jwt", "failure")["next"]


@pytest.mark.parametrize(
    ("given", "why"),
    [
        (token(OTHER, fresh()), "its signature is not by the published key"),
        (token(KEY, fresh(), header(kid="k2")), "its key (k2, RS256) is not among those published"),
        (token(KEY, fresh(), header(alg="none")), "it is not signed in a way"),
        (token(KEY, fresh(), header(alg="HS256")), "it is not signed in a way"),
    ],
)
def test_a_signature_that_proves_nothing_is_the_reason(ask: Asked, given: str, why: str) -> None:
    line = ask.first(given)
    assert line.startswith("NOT verified: ")
    assert why in line


def test_a_token_that_nobody_signed_is_told_as_such(ask: Asked) -> None:
    out = ask(f"{encoded(header(alg='none'))}.{encoded(fresh())}.", code=1)
    assert out.startswith("NOT verified: it is not signed (alg is none): anybody can have written")


def test_a_signature_by_an_extension_that_is_not_known_does_not_count(ask: Asked) -> None:
    assert ask.first(token(KEY, fresh(), header(crit=["x"], x=1))).startswith("NOT verified")


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ("abc", "this has 1"),
        ("a.b.c.d.e", "an encrypted JWT"),
        ("!.!.!", "its header is not a JSON object"),
        (f"{encoded(header())}.{encoded('[1]')}.x", "its claims part is not a JSON object"),
        (b"\xff\x00", "this has 1"),
        (b"e" * 10_000_000, "longer than 64 KiB"),
        (nested(10_000), "nested too deep"),
        (nested(200), "nested too deep"),
    ],
    ids=["a word", "jwe", "garbage", "a list", "bytes", "10 MB", "10000 levels", "200"],
)
def test_what_is_no_jwt_is_told_as_such(ask: Asked, given: str | bytes, why: str) -> None:
    out = ask(given, code=1)
    assert out.startswith("NOT verified: ")
    assert why in out.splitlines()[0]
    assert validated(ask(given, "--json", code=1), "failure", "jwt")["verified"] is False


@pytest.mark.parametrize("given", ["", " \n"])
def test_where_there_is_nothing_to_read_there_is_no_verdict(ask: Asked, given: str) -> None:
    assert ask(given, code=2) == ""
    assert "There is nothing to read. Pass a JWT on stdin" in ask.err
    assert validated(ask(given, "--json", code=2), "failure")["error"] == "wrong_usage"


def test_json_has_it_all(ask: Asked) -> None:
    given = fresh()
    found = validated(ask(token(KEY, given), "--json", "--jwks", str(ask.jwks)), "jwt")
    assert (found["verified"], found["wrong"], found["claims"]) == (True, [], given)
    assert found["keys_of"] == str(ask.jwks)
    refused = validated(ask(token(KEY, given), "--json", code=1), "jwt", "failure")
    assert refused["error"] == "jwt_not_verified"
    assert refused["claims"] == given


def test_without_keys_to_check_with_it_is_read_and_not_verified(ask: Asked) -> None:
    out = ask(token(KEY, fresh()), code=1)
    assert out.startswith("NOT verified: no keys to check it with; it says to be of https://tenant")
    assert "  sub        alice" in out


def test_a_broken_config_keeps_nobody_from_reading_a_token(ask: Asked, tmp_path: Path) -> None:
    (tmp_path / "auth_config.json").write_text("{")
    assert "no keys to check it with" in ask(token(KEY, fresh()), code=1)
    ask(token(KEY, fresh()), "--config", "auth_config.json", code=2)


def test_a_claim_cannot_steer_the_terminal(ask: Asked) -> None:
    out = ask(token(KEY, fresh(name="\x1b[2Jx\nverified: by me", iss="\x1b]0;x\x07")), code=1)
    assert "\x1b" not in out
    assert "\nverified" not in out


def test_a_token_on_the_command_line_is_refused_and_not_repeated(ask: Asked) -> None:
    given = token(KEY, fresh())
    assert ask("", given, code=2) == ""
    assert "Pass it on stdin" in ask.err
    assert given[:40] not in ask.err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([""], "The name of the file is empty"),
        (["nowhere.jwt"], "cannot be read: No such file"),
        (["--jwks", "nowhere.json"], "cannot be read: No such file"),
        (["--jwks", "http://192.0.2.1/keys"], "is no https:// address"),
        (["--issuer", "ftp://x"], "is no https:// address"),
        (["--issuer", "tenant"], "is no https:// address"),
    ],
)
def test_a_file_or_address_that_cannot_be_is_wrong_usage(
    ask: Asked, words: list[str], said: str
) -> None:
    ask(token(KEY, fresh()), *words, code=2)
    assert said in ask.err


def test_a_key_set_that_is_none_is_the_reason(ask: Asked) -> None:
    ask.jwks.write_text("[]")
    assert "keys cannot be had" in ask.first(token(KEY, fresh()))


def test_an_issuer_that_does_not_answer_is_the_reason(ask: Asked) -> None:
    given = token(KEY, fresh(iss="http://127.0.0.1:9/"))
    out = ask(given, "--issuer", "http://127.0.0.1:9/", code=1)
    assert out.startswith("NOT verified: its issuer's keys cannot be had: ")


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = new_world(tmp_path)
    with serve(made, "tenant"):
        assert made.run("login").returncode == 0
        yield made


def test_a_token_of_the_configs_tenant_is_verified_by_its_keys(
    world: World, tmp_path: Path
) -> None:
    (tmp_path / "token").write_text(world.run("token", "--format", "header").stdout)
    known = world.run("jwt", "token", named=False)
    assert known.stdout.startswith("verified: by "), known.stdout
    assert known.stdout.splitlines()[0].endswith(f" of {world.config.issuer}")
    (tmp_path / "auth_config.json").rename(tmp_path / "away.json")
    named = world.run("jwt", "token", "--issuer", world.config.issuer, named=False)
    assert (named.returncode, named.stdout.splitlines()[0]) == (0, known.stdout.splitlines()[0])
