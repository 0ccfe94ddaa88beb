"""Tokens, read for people."""

import pytest

from tests.support.app.stage import ACCESS_CLAIMS, jwt_of
from tui.api.jwt_view import read_jwt


def test_header_and_claims_of_a_jwt_are_read() -> None:
    view = read_jwt(jwt_of(ACCESS_CLAIMS))
    assert view is not None
    assert view.header["alg"] == "RS256"
    assert view.scopes == ("openid", "profile", "email", "offline_access")
    assert view.issuer == ACCESS_CLAIMS["iss"]


@pytest.mark.parametrize(
    "token", ["", "opaque", "a.b", "a.b.c.d.e", "é.é.é", "W10.W10.x", "e30.!!.x", "x" * 100_000]
)
def test_anything_else_is_opaque(token: str) -> None:
    assert read_jwt(token) is None


def test_claims_are_not_in_the_repr() -> None:
    assert "alice" not in repr(read_jwt(jwt_of(ACCESS_CLAIMS)))
