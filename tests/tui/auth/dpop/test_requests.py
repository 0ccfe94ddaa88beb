"""Requests to an API that wants proofs: what is sent, and when it is sent again."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from email.utils import format_datetime

import httpx
import pytest

from api_server.bearer.dpop_memory import NONCE_SECONDS, Nonces
from tests.support.builders.configs import CONFIG
from tests.support.clocks import Clock
from tests.support.people.visitor import claims_of
from tests.support.tenants.bound import KEY, ProvingServer, bound
from tests.support.tenants.scripted_tenant import ScriptedTenant
from tui.api.call import Caller
from tui.api.client import ApiClient
from tui.api.request import ApiRequest
from tui.auth import AuthService, DoorkeyAuth
from tui.auth.store.store import MemoryStore

SECRET = b"of the tests"


@asynccontextmanager
async def serving(clock: Clock) -> AsyncIterator[AuthService]:
    store = MemoryStore(bound())
    async with AuthService(
        CONFIG, store=store, transport=ScriptedTenant(clock), clock=clock
    ) as service:
        service.take_up()
        yield service


@asynccontextmanager
async def calling(api: ProvingServer) -> AsyncIterator[Caller]:
    async with serving(api.clock) as service:
        client = ApiClient(CONFIG.api_url, transport=httpx.MockTransport(api))
        yield Caller(service, client, api.clock)


def proof_in(request: httpx.Request) -> dict[str, object]:
    return claims_of(request.headers["dpop"])


@pytest.fixture
def nonces(clock: Clock) -> Nonces:
    return Nonces(SECRET, lambda: clock().timestamp())


async def test_each_call_carries_a_proof_of_its_own(clock: Clock) -> None:
    api = ProvingServer(clock)
    async with calling(api) as caller:
        for request in (ApiRequest(path="/a?b=c"), ApiRequest("POST", "/a"), ApiRequest()):
            assert (await caller.call(request)).ok
    assert api.refused == []
    first, *others = [proof_in(request) for request in api.asked]
    assert (first["htm"], first["htu"]) == ("GET", CONFIG.api_url + "/a")
    assert len({claims["jti"] for claims in [first, *others]}) == 3
    assert {request.headers["authorization"] for request in api.asked} == {"DPoP the-access-token"}


async def test_a_nonce_that_the_api_wants_is_sent_at_once_and_from_then_on(
    clock: Clock, nonces: Nonces
) -> None:
    api = ProvingServer(clock, nonces)
    async with calling(api) as caller:
        assert [(await caller.call()).ok for _ in range(3)] == [True] * 3
        clock.advance(2 * NONCE_SECONDS)  # the nonces have changed meanwhile
        assert (await caller.call()).ok
    assert api.refused == ["nonce", "nonce"]
    assert len(api.asked) == 6


async def test_an_api_that_likes_no_nonce_is_asked_twice_and_not_for_ever(clock: Clock) -> None:
    asked = []

    def api(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        challenge = {"WWW-Authenticate": 'DPoP error="use_dpop_nonce"', "DPoP-Nonce": "again"}
        return httpx.Response(401, headers=challenge)

    async with serving(clock) as service:
        caller = Caller(
            service, ApiClient(CONFIG.api_url, transport=httpx.MockTransport(api)), clock
        )
        assert (await caller.call()).outcome == "401"
        assert len(asked) == 2 + 1  # the last asks what the API says of itself
        asked.clear()
        async with caller.stream(ApiRequest("POST", body=b"x")) as answer:
            assert answer.status == 401
        assert len(asked) == 2
        asked.clear()
        transport = httpx.MockTransport(api)
        async with httpx.AsyncClient(auth=DoorkeyAuth(service), transport=transport) as client:
            assert (await client.get(CONFIG.api_url)).status_code == 401
        assert len(asked) == 2


async def test_a_stream_and_httpx_get_their_nonce_too(clock: Clock, nonces: Nonces) -> None:
    api = ProvingServer(clock, nonces)
    async with calling(api) as caller, caller.stream(ApiRequest("PUT", body=b"x")) as answer:
        assert answer.status == 200
    assert [request.content for request in api.asked] == [b"x", b"x"]
    transport = httpx.MockTransport(api)
    async with (
        serving(clock) as service,
        httpx.AsyncClient(auth=DoorkeyAuth(service), transport=transport) as client,
    ):
        assert (await client.get(f"{CONFIG.api_url}/api/external?a=b")).status_code == 200
        assert (await client.get(f"{CONFIG.api_url}/api/external")).status_code == 200
    assert api.refused == ["nonce", "nonce"]


async def test_a_nonce_that_was_lost_with_its_process_costs_one_request(
    clock: Clock, nonces: Nonces
) -> None:
    api = ProvingServer(clock, nonces)
    for _ in range(2):
        async with calling(api) as caller:
            assert [(await caller.call()).ok for _ in range(2)] == [True] * 2
    assert api.refused == ["nonce", "nonce"]
    assert len(api.asked) == 6


async def test_a_nonce_that_is_replaced_between_refusal_and_retry_is_good_still(
    clock: Clock, nonces: Nonces
) -> None:
    api = ProvingServer(clock, nonces)

    def answer(request: httpx.Request) -> httpx.Response:
        response = api(request)
        clock.advance(NONCE_SECONDS)
        return response

    async with serving(clock) as service:
        client = ApiClient(CONFIG.api_url, transport=httpx.MockTransport(answer))
        assert (await Caller(service, client, clock).call()).ok
    assert api.refused == ["nonce"]


async def test_a_nonce_of_an_answer_that_is_good_replaces_the_one_before(clock: Clock) -> None:
    api = ProvingServer(clock)
    nonces = iter(["first", "second", "x" * 2000, 'quo"te', ""])

    def answer(request: httpx.Request) -> httpx.Response:
        response = api(request)
        response.headers["DPoP-Nonce"] = next(nonces)
        return response

    async with serving(clock) as service:
        client = ApiClient(CONFIG.api_url, transport=httpx.MockTransport(answer))
        caller = Caller(service, client, clock)
        for _ in range(5):
            await caller.call()
    sent = [proof_in(request).get("nonce") for request in api.asked]
    assert sent == [None, "first", "second", "second", "second"]


@pytest.mark.parametrize(
    ("ahead", "refused"),
    [(timedelta(hours=-7), ["time", "nonce"]), (timedelta(minutes=2), ["nonce"])],
)
async def test_an_api_of_another_clock_is_asked_again_with_its_time_and_from_then_on(
    clock: Clock, ahead: timedelta, refused: list[str]
) -> None:
    api_clock = Clock(clock() + ahead)
    nonces = Nonces(SECRET, lambda: api_clock().timestamp())
    api = ProvingServer(api_clock, nonces)

    def answer(request: httpx.Request) -> httpx.Response:
        response = api(request)
        response.headers["Date"] = format_datetime(api_clock(), usegmt=True)
        return response

    async with serving(clock) as service:
        client = ApiClient(CONFIG.api_url, transport=httpx.MockTransport(answer))
        caller = Caller(service, client, clock)
        assert [(await caller.call()).ok for _ in range(2)] == [True, True]
    assert ["time" if "iat" in said else said for said in api.refused] == refused
    assert len(api.asked) == 2 + len(refused)
    assert proof_in(api.asked[-1])["iat"] == int(api_clock().timestamp())


@pytest.mark.parametrize("ahead", [None, timedelta(seconds=20), timedelta(hours=1)])
async def test_a_proof_that_stays_refused_is_made_anew_once_where_a_date_gives_reason(
    clock: Clock, ahead: timedelta | None
) -> None:
    """A server that refuses for something else, or whose every Date is another, is not pestered."""
    asked = []

    def api(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        headers = {"WWW-Authenticate": 'DPoP error="invalid_dpop_proof"'}
        if ahead is not None:
            headers["Date"] = format_datetime(clock() + len(asked) * ahead, usegmt=True)
        return httpx.Response(401, headers=headers)

    transport = httpx.MockTransport(api)
    async with (
        serving(clock) as service,
        httpx.AsyncClient(auth=DoorkeyAuth(service), transport=transport) as client,
    ):
        assert (await client.post(CONFIG.api_url)).status_code == 401
    assert len(asked) == (2 if ahead == timedelta(hours=1) else 1)


async def test_nothing_that_is_printed_holds_the_key() -> None:
    kept = bound()
    assert KEY.d not in f"{kept!r} {KEY!r}"
    assert kept.key is not None
    assert KEY.thumbprint not in KEY.d
