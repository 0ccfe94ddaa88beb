"""Which keys of an issuer's set may verify access tokens."""

import pytest

from api_server.bearer.json_web_key import usable_keys
from tests.support.builders.tokens import EcKey, RsaKey, base64url, number

K1 = RsaKey.named("k1")
E1 = EcKey.named("e1")
BOTH = ("RS256", "ES256")


def is_usable(jwk: object, algorithms: tuple[str, ...] = BOTH) -> bool:
    return bool(usable_keys({"keys": [jwk]}, algorithms))


@pytest.mark.parametrize(
    "changes",
    [{}, {"use": None}, {"alg": None}, {"kid": None}, {"key_ops": ["verify"]}, {"x5c": ["?"]}],
)
def test_key_for_signatures_is_used(changes: dict[str, object]) -> None:
    assert is_usable(K1.jwk(**changes))
    assert is_usable(E1.jwk(**changes))


@pytest.mark.parametrize(
    "changes",
    [
        {"use": "enc"},
        {"use": 7},
        {"key_ops": ["encrypt"]},
        {"key_ops": []},
        {"key_ops": "verify"},
        {"alg": "RS384"},
        {"alg": "PS256"},
        {"alg": "RSA-OAEP"},
        {"alg": 7},
        {"kty": "oct", "k": "AAAA"},
        {"kty": None},
        {"kid": 7},
        {"n": None},
        {"n": 7},
        {"n": "???"},
        {"e": ""},
        {"e": base64url(b"\x02")},
        {"e": base64url(b"\x01")},
        {"crv": "P-384", "kty": "EC"},
    ],
    ids=str,
)
def test_key_for_anything_else_is_left_out(changes: dict[str, object]) -> None:
    assert not is_usable(K1.jwk(**changes))


@pytest.mark.parametrize(
    "changes", [{"crv": "P-384"}, {"x": base64url(b"\x01" * 32)}, {"alg": "ES384"}, {"y": None}]
)
def test_point_off_the_curve_is_left_out(changes: dict[str, object]) -> None:
    assert not is_usable(E1.jwk(**changes))


def test_rsa_under_2048_bits_is_left_out() -> None:
    assert not is_usable(RsaKey.named("small", 1024).jwk())


def test_rsa_over_8192_bits_is_left_out() -> None:
    assert is_usable(K1.jwk(n=number(2**8191 + 1)))
    assert not is_usable(K1.jwk(n=number(2**8192 + 1)))


def test_rsa_with_a_huge_exponent_is_left_out() -> None:
    """Its checks take a hundred times as long, and a client chooses the key of its proofs."""
    assert is_usable(K1.jwk(e=number(2**31 + 1)))
    assert not is_usable(K1.jwk(e=number(2**32 + 1)))


def test_elliptic_signature_has_one_length() -> None:
    (key,) = usable_keys({"keys": [E1.jwk()]}, BOTH)
    good = E1.sign(b"signed")
    assert key.made("ES256", good, b"signed")
    # the same two numbers, written otherwise: a second, equally valid token
    assert not key.made("ES256", good[:32] + b"\0" + good[32:], b"signed")
    assert not key.made("ES256", good[:-1], b"signed")


def test_key_of_an_algorithm_that_is_not_allowed_is_left_out() -> None:
    assert not is_usable(E1.jwk(), ("RS256",))
    assert not is_usable(K1.jwk(), ("ES256",))


def test_bad_key_does_not_spoil_the_good_ones() -> None:
    found = usable_keys({"keys": [None, K1.jwk(use="enc"), K1.jwk(), E1.jwk()]}, BOTH)
    assert [key.kid for key in found] == ["k1", "e1"]


def test_64_keys_are_read_and_no_more() -> None:
    """security.md 47: a token without a key id is tried with each of them."""
    many = [K1.jwk(kid=str(serial)) for serial in range(100)]
    assert [key.kid for key in usable_keys({"keys": many}, BOTH)] == [str(n) for n in range(64)]


def test_a_modulus_with_a_zero_before_it_is_the_same_key() -> None:
    numbers = K1.private.public_key().public_numbers()
    odd = base64url(b"\0" + numbers.n.to_bytes(256, "big"))
    found = usable_keys({"keys": [K1.jwk(), K1.jwk(n=odd)]}, BOTH)
    assert len({key.thumbprint for key in found}) == 1
    assert len(found) == 2


def test_two_keys_under_one_kid_are_two_keys() -> None:
    found = usable_keys({"keys": [K1.jwk(), RsaKey.named("k2").jwk(kid="k1")]}, BOTH)
    assert len({key.thumbprint for key in found}) == 2
