"""The line for a shell, word by word; tests/e2e runs it."""

import shlex

import pytest

from tests.support.builders.configs import CONFIG
from tui.api.curl import curl_line
from tui.api.request import ApiRequest


def words(request: ApiRequest) -> list[str]:
    """What the shell gives to curl."""
    return shlex.split(curl_line(CONFIG, request).partition("| ")[2])


@pytest.mark.parametrize(
    ("request_", "said"),
    [
        (ApiRequest(), []),
        (ApiRequest("HEAD"), ["--head"]),
        (ApiRequest("DELETE"), ["-X", "DELETE"]),
        (ApiRequest("POST"), ["-X", "POST"]),
    ],
)
def test_a_method_is_said_where_curl_would_take_another(
    request_: ApiRequest, said: list[str]
) -> None:
    url = "https://api.example/api/external"
    assert words(request_) == ["curl", "-sS", *said, "-H", "@-", url]


def test_a_body_makes_a_post_and_goes_as_it_is() -> None:
    request = ApiRequest("POST", "/a", (("X-A", "it's"), ("X-B", "")), b'{"a": "$b"}\n')
    assert words(request) == [
        *("curl", "-sS", "-H", "@-", "-H", "X-A: it's", "-H", "X-B: VALUE-LEFT-OUT"),
        *("-H", "Content-Type: application/json", "--data-raw", '{"a": "$b"}\n'),
        "https://api.example/a",
    ]
    assert "-X PUT" in curl_line(CONFIG, ApiRequest("PUT", "/a", (), b"x"))


@pytest.mark.parametrize("mark", "[]{}")
def test_curl_is_kept_from_making_several_addresses_of_one(mark: str) -> None:
    assert "-g" in words(ApiRequest("GET", f"/a{mark}"))
    assert "-g" not in words(ApiRequest("GET", "/a"))


@pytest.mark.parametrize("body", [b"\x00", b"a\x00b", b"\xff"])
def test_a_body_that_no_command_line_can_hold_is_refused(body: bytes) -> None:
    with pytest.raises(ValueError, match="no command line can hold it"):
        curl_line(CONFIG, ApiRequest("POST", "/", (), body))


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("a\nb", "'a\nb'"),
        ("\x1b[2J", "\"$(printf '\\033[2J')\""),
        ("\x7f%'!\\", "\"$(printf '\\177\\045\\047\\041\\134')\""),
        ("é\u202e", "\"$(printf 'é\\342\\200\\256')\""),
        ("\x1b\n\n", "\"$(printf '\\033')\n\n\""),
        ("\x1ba\nb", "\"$(printf '\\033a\nb')\""),
    ],
)
def test_nothing_that_steers_a_terminal_stands_in_the_line(body: str, said: str) -> None:
    """An ESC in quotes would end a bracketed paste, and the rest would be run."""
    line = curl_line(CONFIG, ApiRequest("POST", "/", (("Content-Type", "x"),), body.encode()))
    assert f"--data-raw {said} https://api.example/" in line
