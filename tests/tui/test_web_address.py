import pytest

from tui.web_address import is_loopback, is_of_this_machine, split_web_address, with_query


@pytest.mark.parametrize(
    "host",
    ["localhost", "LocalHost", "localhost.", "127.0.0.1", "127.0.0.2", "127.255.255.255", "::1"],
)
def test_loopback_is_localhost_and_127_slash_8_and_the_one_of_ipv6(host: str) -> None:
    """security.md 58."""
    assert is_loopback(host)


@pytest.mark.parametrize(
    "host",
    ["", "128.0.0.1", "127.0.0.1.example", "127.1", "127.0.0.256", "127.0.0.-1", "127.0.0.0001",
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
    ("url", "reason"),
    [
        ("", "does not start with"),
        ("localhost", "does not start with"),
        ("ftp://x.example", "does not start with"),
        ("https://", "no host"),
        ("https://:1/", "no host"),
        ("https://u@x.example", "a user name"),
        ("https://@x.example", "a user name"),
        ("https://x.example:x", "its port is not a number up to 65535"),
        ("https://x.example:65536", "its port is not a number up to 65535"),
        ("https://[x]/", "its host is not a name or an IP address"),
        *((f"https://x.example/{mark}", "no place in a URL") for mark in ' \\"<>\n\x7f\x1bé'),
    ],
)
def test_what_is_no_web_address_is_refused(url: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        split_web_address(url)


def test_http_is_secure_on_loopback_only() -> None:
    assert split_web_address("http://127.0.0.2/").is_secure
    assert split_web_address("https://x.example/").is_secure
    assert not split_web_address("http://x.example/").is_secure
    assert not split_web_address("https://localhost/").is_local


def test_localhost_is_asked_for_where_our_servers_are_first() -> None:
    """security.md 2: somebody else may listen on [::1]."""
    assert split_web_address("http://localhost:1/").hosts == ("127.0.0.1", "::1")
    assert split_web_address("http://localhost.:1/").hosts == ("127.0.0.1", "::1")
    assert split_web_address("https://localhost:1/").hosts == ("localhost",)
    assert split_web_address("http://127.0.0.1:1/").hosts == ("127.0.0.1",)
    assert split_web_address("http://x.example/").hosts == ("x.example",)


@pytest.mark.parametrize(
    ("address", "is_so"),
    [
        ("http://[::1]:1/", True),
        ("https://localhost/", True),
        ("https://x.example/", False),
        ("localhost", False),
    ],
)
def test_an_address_of_this_machine_is_opened_by_no_other(address: str, is_so: bool) -> None:
    assert is_of_this_machine(address) is is_so


def test_a_query_is_added_to_the_one_that_is_there() -> None:
    assert with_query("https://x.example/a", {"b": "c d"}) == "https://x.example/a?b=c+d"
    assert with_query("https://x.example/a?e=f", {"b": "&"}) == "https://x.example/a?e=f&b=%26"


def test_host_and_port_stand_as_in_the_address() -> None:
    assert split_web_address("https://[::1]:443/").netloc == "[::1]"
    assert split_web_address("http://X.example:443/").netloc == "x.example:443"


def test_the_other_scheme_keeps_the_port_that_was_asked() -> None:
    """Of the first, 443: that is where http is spoken."""
    found = [
        split_web_address(url).in_other_scheme().origin
        for url in ("https://localhost/", "http://localhost/", "http://localhost:8080/")
    ]
    assert found == ["http://localhost:443", "https://localhost:80", "https://localhost:8080"]
