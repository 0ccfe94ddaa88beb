"""The memory of accepted tokens."""

from api_server.bearer.token_cache import TokenCache
from tests.support.apis import K1, Api
from tests.support.tokens import claims, token


def test_least_recently_used_is_forgotten_first() -> None:
    cache: TokenCache[str] = TokenCache(max_tokens=2)
    cache.put(b"a", "A")
    cache.put(b"b", "B")
    assert cache.get(b"a") == "A"
    cache.put(b"c", "C")
    assert cache.get(b"b") is None
    assert (cache.get(b"a"), cache.get(b"c")) == ("A", "C")


def test_cache_never_holds_more_than_its_limit() -> None:
    cache: TokenCache[int] = TokenCache(max_tokens=10)
    for serial in range(1000):
        cache.put(serial.to_bytes(2, "big"), serial)
    assert len(cache) == 10


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
