import pytest

from api_server.local_tenant.errors import TokenInvalid
from api_server.local_tenant.records.tenant import Tenant


def test_keys_have_2048_bits(tenant: Tenant) -> None:
    # RFC 7518 3.3: the least; more would make each start slower
    assert [key.private.key_size for key in tenant.keys.keys] == [2048]


def test_token_of_another_type_is_refused(tenant: Tenant) -> None:
    """RFC 8725 3.11: one kind of token is not taken for another."""
    token = tenant.keys.sign({"sub": "x"}, "JWT")
    assert tenant.keys.verify(token, "JWT") == {"sub": "x"}
    with pytest.raises(TokenInvalid, match="another kind of token"):
        tenant.keys.verify(token, "at+jwt")


def test_token_of_16_kib_is_read_and_a_longer_one_is_not(tenant: Tenant) -> None:
    """security.md 45: the length is capped before anything is parsed."""
    lengths = {
        len(tenant.keys.sign({"x": "y" * each}, "JWT")): each for each in range(11600, 11980)
    }
    longest = max(length for length in lengths if length <= 16384)
    assert longest >= 16384 - 1
    tenant.keys.verify(tenant.keys.sign({"x": "y" * lengths[longest]}, "JWT"), "JWT")
    with pytest.raises(TokenInvalid, match="too long"):
        tenant.keys.verify("x" * 16385, "JWT")
    with pytest.raises(TokenInvalid, match="not signed by this tenant"):
        tenant.keys.verify("x" * 16384, "JWT")


def test_token_of_an_unknown_key_is_refused(tenant: Tenant) -> None:
    with pytest.raises(TokenInvalid, match="unknown key"):
        tenant.keys.verify("eyJhbGciOiJSUzI1NiIsImtpZCI6IngifQ.e30.AA", "JWT")
