import pytest

from tui.web_address import is_loopback, split_web_address


@pytest.mark.parametrize(
    "host", ["localhost", "LocalHost", "127.0.0.1", "127.0.0.2", "127.255.255.255", "::1"]
)
def test_loopback_is_localhost_and_127_slash_8_and_the_one_of_ipv6(host: str) -> None:
    """security.md 58."""
    assert is_loopback(host)


@pytest.mark.parametrize(
    "host",
    ["", "128.0.0.1", "127.0.0.1.example", "127.1", "127.0.0.256", "127.0.0.-1",
     "localhost.example", "::2", "[::1]", "0.0.0.0", "10.0.0.1", "127.0.0.\u0661"],
)  # fmt: skip
def test_nothing_else_is_loopback(host: str) -> None:
    """security.md 58."""
    assert not is_loopback(host)


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("https://API.example:443/a?b#c", "https://api.example"),
        ("http://[::1]:80/", "http://[::1]"),
        ("http://127.0.0.1:3001", "http://127.0.0.1:3001"),
    ],
)
def test_an_origin_leaves_out_the_port_that_is_usual(url: str, origin: str) -> None:
    assert split_web_address(url).origin == origin


@pytest.mark.parametrize(
    "url",
    ["", "localhost", "ftp://x.example", "https://", "https://u@x.example", "https://x.example:x",
     "https://x.example/a b", "https://x.example/\n", "https://x.example\\@y.example", "https://é"],
)  # fmt: skip
def test_what_is_no_web_address_is_refused(url: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - each has words of its own
        split_web_address(url)


def test_http_is_secure_on_loopback_only() -> None:
    assert split_web_address("http://127.0.0.2/").is_secure
    assert split_web_address("https://x.example/").is_secure
    assert not split_web_address("http://x.example/").is_secure
    assert not split_web_address("https://localhost/").is_local
