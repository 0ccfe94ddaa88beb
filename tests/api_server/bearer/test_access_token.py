"""What is remembered of tokens that were accepted."""

import json

import pytest

from api_server.bearer.access_token import AccessToken, AccessTokenVerifier, TokenCache
from api_server.bearer.claims import ClaimRules
from api_server.bearer.key_set import KeySet, KeySource
from api_server.bearer.refusal import InvalidToken, TokenTooLong
from tests.support.apis.checked_api import K1, K2, Api
from tests.support.builders.tokens import AUDIENCE, ISSUER, claims, token
from tests.support.clocks import NOW, Seconds
from tests.support.tenants.issuers import Issuer

TOKEN = token(K1, claims(exp=2_000_000_000)).encode()


class Memory:
    """A verifier, with what is around it in hand."""

    def __init__(self) -> None:
        self.issuer = Issuer(K1)
        self.clock = Seconds(NOW)
        self.cache = TokenCache()
        keys = KeySet(KeySource(ISSUER, transport=self.issuer), self.clock)
        rules = ClaimRules(ISSUER, AUDIENCE)
        self.verifier = AccessTokenVerifier(rules, keys, cache=self.cache, clock=self.clock)


async def test_accepted_token_is_remembered() -> None:
    memory = Memory()
    assert memory.verifier.recall(TOKEN) is None
    accepted = await memory.verifier.verify(TOKEN)
    assert memory.verifier.recall(TOKEN) is accepted


async def test_token_is_forgotten_once_its_key_has_left_the_set() -> None:
    memory = Memory()
    await memory.verifier.verify(TOKEN)
    memory.issuer.rotate(K2)
    memory.clock.advance(3600)
    await memory.verifier.keys.get()
    assert len(memory.cache) == 1
    assert memory.verifier.recall(TOKEN) is None
    assert len(memory.cache) == 0


async def test_nothing_is_recalled_while_no_keys_are_at_hand() -> None:
    memory = Memory()
    await memory.verifier.verify(TOKEN)
    memory.clock.advance(7 * 24 * 3600)
    assert memory.verifier.keys.at_hand() is None
    assert memory.verifier.recall(TOKEN) is None


async def test_a_token_of_8_kib_is_looked_at_and_no_longer_one() -> None:
    with pytest.raises(InvalidToken):
        await Memory().verifier.verify(b"x" * 8192)
    with pytest.raises(TokenTooLong):
        await Memory().verifier.verify(b"x" * 8193)


async def test_one_request_cannot_change_what_the_next_sees() -> None:
    accepted = await Memory().verifier.verify(TOKEN)
    with pytest.raises(TypeError):
        accepted.claims["sub"] = "mallory"  # type: ignore[index] # that it cannot is the point


def accepted(subject: str) -> AccessToken:
    return AccessToken({"sub": subject}, frozenset(), NOW + 60.0, "key", "ath")


def test_least_recently_used_is_forgotten_first() -> None:
    cache = TokenCache(max_tokens=2)
    cache.put(b"a", accepted("A"))
    cache.put(b"b", accepted("B"))
    assert cache.get(b"a") == accepted("A")
    cache.put(b"c", accepted("C"))
    assert cache.get(b"b") is None
    assert (cache.get(b"a"), cache.get(b"c")) == (accepted("A"), accepted("C"))


def test_cache_never_holds_more_than_its_limit() -> None:
    cache = TokenCache(max_tokens=10)
    for serial in range(1000):
        cache.put(serial.to_bytes(2, "big"), accepted("A"))
    assert len(cache) == 10


@pytest.mark.parametrize(
    "claim",
    [[[]] * 1000, [{}] * 1000, {f"n{i}": i * 1e9 for i in range(1000)}, [["x" * 9]] * 1000],
    ids=["lists", "objects", "numbers", "texts"],
)
def test_cache_is_bounded_in_bytes_whatever_tokens_say(claim: object) -> None:
    """security.md 48: a token of 8 KiB can take twenty times that in memory."""
    cache = TokenCache(max_bytes=1_000_000)
    for serial in range(200):
        said = {"sub": str(serial), "claim": json.loads(json.dumps(claim))}
        token = AccessToken(said, frozenset(), NOW + 60.0, "key", "ath")
        cache.put(serial.to_bytes(2, "big"), token)
    assert 0 < len(cache) < 30
    assert 900_000 < cache.held_bytes <= 1_000_000
    for serial in range(200):
        cache.drop(serial.to_bytes(2, "big"))
    assert (len(cache), cache.held_bytes) == (0, 0)


def test_scopes_count_as_what_they_take() -> None:
    cache = TokenCache()
    scopes = frozenset(f"scope-{serial}" for serial in range(1000))
    cache.put(b"a", AccessToken({}, scopes, NOW + 60.0, "key", "ath"))
    assert cache.held_bytes > 80_000


def test_token_remembered_twice_counts_once() -> None:
    cache = TokenCache()
    cache.put(b"a", accepted("A"))
    once = cache.held_bytes
    cache.put(b"a", accepted("A"))
    assert (len(cache), cache.held_bytes) == (1, once)


def test_digest_is_of_the_whole_token_and_does_not_show_it() -> None:
    sent = token(K1).encode()
    assert TokenCache.digest(sent) != TokenCache.digest(sent[:-1])
    assert sent[:16] not in TokenCache.digest(sent)


async def test_refused_tokens_are_not_remembered_as_accepted() -> None:
    api = Api()
    bad = token(K1, claims(aud="https://other.example"))
    for _ in range(3):
        assert (await api.ping(bad)).status_code == 401


async def test_token_whose_time_comes_is_let_in_then() -> None:
    api = Api()
    early = token(K1, claims(nbf=api.wall.time + 60))
    assert (await api.ping(early)).status_code == 401
    api.advance(60)
    assert (await api.ping(early)).status_code == 200
