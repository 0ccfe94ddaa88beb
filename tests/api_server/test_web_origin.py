"""Which URLs are safe, and which can name an issuer."""

import pytest

from api_server.web_origin import (
    discovery_url,
    is_loopback,
    is_on_loopback,
    is_safe_origin,
    is_safe_url,
)


@pytest.mark.parametrize(
    ("host", "is_so"),
    [
        ("localhost", True),
        ("LocalHost", True),
        ("127.0.0.1", True),
        ("127.255.255.255", True),
        ("::1", True),
        ("::2", False),
        ("128.0.0.1", False),
        ("126.255.255.255", False),
        ("localhost.example", False),
        ("", False),
    ],
)
def test_loopback_is_localhost_and_127_slash_8_and_the_one_of_ipv6(host: str, is_so: bool) -> None:
    assert is_loopback(host) is is_so
    shown = f"[{host}]" if ":" in host else host
    assert is_on_loopback(f"https://{shown}/") is is_so
    assert is_safe_url(f"http://{shown}/") is is_so
    assert is_safe_url(f"https://{shown}/") is (host != "")


@pytest.mark.parametrize(
    "url",
    ["", "ftp://localhost/", "https://", "https:///path", "https://x.example:x/",
     "https://x.example/ ", "https://x.example/\n", "https://é.example/", "https://[::1/"],
)  # fmt: skip
def test_what_is_no_web_address_is_not_safe(url: str) -> None:
    assert not is_safe_url(url)
    assert not is_safe_origin(url)


@pytest.mark.parametrize(
    ("url", "is_so"),
    [
        ("https://x.example/realm/", True),
        ("http://localhost:3002/", True),
        ("http://x.example/", False),
        ("https://x.example/?q", False),
        ("https://x.example/#f", False),
        ("https://u@x.example/", False),
    ],
)
def test_an_issuer_has_no_query_no_fragment_and_no_user(url: str, is_so: bool) -> None:
    assert is_safe_origin(url) is is_so


def test_no_name_that_cannot_be_read_is_on_loopback() -> None:
    assert not is_on_loopback("http://localhost:x/")
    assert not is_on_loopback("http://localhost/ ")
    assert not is_on_loopback("http:///")


@pytest.mark.parametrize("issuer", ["https://x.example", "https://x.example/"])
def test_metadata_is_behind_the_issuer_with_and_without_its_slash(issuer: str) -> None:
    assert discovery_url(issuer) == "https://x.example/.well-known/openid-configuration"
