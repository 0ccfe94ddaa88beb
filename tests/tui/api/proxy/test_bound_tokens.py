"""What the proxy adds for a session whose tokens are bound to a key."""

import httpx

from tests.support.apis.scripted_api import PATIENCE_SECONDS, Asked, ScriptedApi
from tests.support.builders.configs import CONFIG
from tests.support.clocks import Clock
from tests.support.people.visitor import claims_of
from tests.support.tenants.bound import bound
from tests.support.tenants.scripted_tenant import ScriptedTenant
from tui.api.proxy.server import Proxy
from tui.api.proxy.tokens import Tokens
from tui.auth.service import AuthService
from tui.auth.store.store import MemoryStore

WANTED = ('WWW-Authenticate: DPoP error="use_dpop_nonce"', "DPoP-Nonce: the-nonce")


def proof_in(asked: Asked) -> dict[str, object]:
    (proof,) = asked.header("dpop")
    return claims_of(proof)


async def test_each_request_is_signed_and_gets_the_nonce_that_the_api_wants() -> None:
    async def answer(asked: Asked) -> None:
        if proof_in(asked).get("nonce") == "the-nonce":
            await asked.answer("201 Created", asked.body)
        else:
            await asked.answer("401 Unauthorized", b"{}", *WANTED)

    clock = Clock()
    async with (
        ScriptedApi(answer) as api,
        AuthService(
            CONFIG, store=MemoryStore(bound()), transport=ScriptedTenant(clock), clock=clock
        ) as service,
    ):
        service.take_up()
        proxy = Proxy(api.url, Tokens(service).sign)
        base = await proxy.listen("127.0.0.1", 0)
        async with httpx.AsyncClient(timeout=PATIENCE_SECONDS) as program:
            # What a program says of its own in these two is not passed on.
            headers = {"DPoP": "its own", "Authorization": "its own"}
            for _ in range(2):
                answered = await program.post(f"{base}/x?a=b", content=b"body", headers=headers)
                assert (answered.status_code, answered.content) == (201, b"body")
        await proxy.aclose()
    assert len(api.asked) == 3  # the first one without the nonce
    claims = [proof_in(asked) for asked in api.asked]
    assert {(each["htm"], each["htu"]) for each in claims} == {("POST", f"{api.url}/x")}
    assert len({each["jti"] for each in claims}) == 3
    assert {asked.header("authorization")[0] for asked in api.asked} == {"DPoP the-access-token"}


async def test_an_api_that_wants_ever_other_nonces_gets_two_requests() -> None:
    async def answer(asked: Asked) -> None:
        await asked.answer("401 Unauthorized", b"{}", *WANTED)

    clock = Clock()
    async with (
        ScriptedApi(answer) as api,
        AuthService(
            CONFIG, store=MemoryStore(bound()), transport=ScriptedTenant(clock), clock=clock
        ) as service,
    ):
        service.take_up()
        proxy = Proxy(api.url, Tokens(service).sign)
        base = await proxy.listen("127.0.0.1", 0)
        async with httpx.AsyncClient(timeout=PATIENCE_SECONDS) as program:
            assert (await program.get(f"{base}/x")).status_code == 401
        await proxy.aclose()
    assert len(api.asked) == 2
