"""What is remembered of tokens that were accepted."""

import pytest

from api_server.bearer.access_token import AccessToken, AccessTokenVerifier
from api_server.bearer.claims import ClaimRules
from api_server.bearer.key_set import KeySet
from api_server.bearer.key_source import KeySource
from api_server.bearer.token_cache import TokenCache
from tests.support.apis import K1, K2
from tests.support.clocks import NOW, Seconds
from tests.support.issuers import Issuer
from tests.support.tokens import AUDIENCE, ISSUER, claims, token

TOKEN = token(K1, claims(exp=2_000_000_000)).encode()


class Memory:
    """A verifier, with what is around it in hand."""

    def __init__(self) -> None:
        self.issuer = Issuer(K1)
        self.clock = Seconds(NOW)
        self.cache: TokenCache[AccessToken] = TokenCache()
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
    await memory.verifier.keys.current()
    assert len(memory.cache) == 1
    assert memory.verifier.recall(TOKEN) is None
    assert len(memory.cache) == 0


async def test_one_request_cannot_change_what_the_next_sees() -> None:
    accepted = await Memory().verifier.verify(TOKEN)
    with pytest.raises(TypeError):
        accepted.claims["sub"] = "mallory"  # type: ignore[index] # that it cannot is the point
