import pytest

from api_server.local_tenant.redirect_uri import is_registered, is_registrable
from tests.support.people.visitor import Visitor


@pytest.mark.parametrize(
    "uri",
    [
        "http://127.0.0.1:8642/callback",
        "http://127.0.0.1:18642/callback",
        "http://127.0.0.1:1/callback",
        "http://127.0.0.1:65535/callback",
        "http://127.0.0.1/callback",
    ],
)
async def test_any_port_of_a_registered_loopback_address_will_do(
    visitor: Visitor, uri: str
) -> None:
    response = await visitor.authorize(redirect_uri=uri, prompt="none")
    assert response.headers["location"].startswith(f"{uri}?error=")


@pytest.mark.parametrize(
    "uri",
    [
        None,
        "http://localhost:8642/callback",
        "http://[::1]:8642/callback",
        "http://127.0.0.2:8642/callback",
        "http://127.1:8642/callback",
        "http://0.0.0.0:8642/callback",
        "http://evil.example/callback",
        "http://evil.example:8642/callback",
        "http://127.0.0.1.evil.example:8642/callback",
        "http://127.0.0.1:8642@evil.example/callback",
        "http://user@127.0.0.1:8642/callback",
        "http://user:pass@127.0.0.1:8642/callback",
        "https://127.0.0.1:8642/callback",
        "HTTP://127.0.0.1:8642/callback",
        "javascript:alert(1)//127.0.0.1:8642/callback",
        "http://127.0.0.1:8642/callback/",
        "http://127.0.0.1:8642/Callback",
        "http://127.0.0.1:8642/callback/../evil",
        "http://127.0.0.1:8642/callback%2f",
        "http://127.0.0.1:8642/",
        "http://127.0.0.1:8642",
        "http://127.0.0.1:8642/callback?next=evil",
        "http://127.0.0.1:8642/callback#fragment",
        "http://127.0.0.1:8642/callback#",
        "http://127.0.0.1:8642\\@evil.example/callback",
        "http://127.0.0.1:0/callback",
        "http://127.0.0.1:65536/callback",
        "http://127.0.0.1:86420000/callback",
        "http://127.0.0.1:-1/callback",
        "http://127.0.0.1:\u0661/callback",
        "http://127.0.0.1:/callback",
        " http://127.0.0.1:8642/callback",
        "http://127.0.0.1:8642/callback\n",
        "http://127.0.0.1:8642/call\r\nSet-Cookie: a=b",
        "//127.0.0.1:8642/callback",
        "/callback",
    ],
)
async def test_any_other_address_is_shown_and_never_followed(
    visitor: Visitor, uri: str | None
) -> None:
    response = await visitor.authorize(redirect_uri=uri)
    assert response.status_code == 400
    assert "location" not in response.headers
    assert "set-cookie" not in response.headers
    assert "Unknown return address" in response.text


@pytest.mark.parametrize(
    ("uri", "registrable"),
    [
        ("http://127.0.0.1:8642/callback", True),
        ("http://127.0.0.2:8642/callback", True),
        ("http://127.255.255.254/callback", True),
        ("http://[::1]:8642/callback", True),
        ("http://localhost/callback", True),
        ("https://app.example/callback", True),
        ("http://128.0.0.1:8642/callback", False),
        ("http://126.255.255.255/callback", False),
        ("http://127.1:8642/callback", False),
        ("http://0.0.0.0:8642/callback", False),
        ("http://[::2]:8642/callback", False),
        ("http://app.example/callback", False),
        ("https://app.example/callback#fragment", False),
        ("app.example:/callback", False),
    ],
)
def test_client_may_have_https_anywhere_and_http_on_loopback_only(
    uri: str, registrable: bool
) -> None:
    """security.md 58: 127.0.0.0/8 and [::1] are loopback, by the server's one definition."""
    assert is_registrable(uri) is registrable


@pytest.mark.parametrize(
    ("uri", "registered"),
    [
        ("https://app.example/callback", True),
        ("https://app.example:444/callback", False),
        ("https://app.example/callback/", False),
        ("http://127.0.0.1:8642/callback", False),
        ("http://localhost/callback", False),
    ],
)
def test_https_address_is_compared_to_the_letter(uri: str, registered: bool) -> None:
    # RFC 9700 4.1.3: the port of a loopback address is the one exception
    assert is_registered(uri, ["https://app.example/callback"]) is registered
