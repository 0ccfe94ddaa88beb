import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import replace

import httpx
import pytest

from tests.support.builders.configs import CONFIG
from tests.support.builders.sessions import expired, session
from tests.support.clocks import Clock
from tests.support.processes.other_user import NOBODY, accepting_as, needs_root
from tests.support.tenants.scripted_tenant import ScriptedTenant
from tui.auth import AuthService, DoorkeyAuth
from tui.auth.session import Session
from tui.auth.store.store import MemoryStore
from tui.config.load import Config
from tui.errors import ExchangeFailed, SignInNeeded

INVALID = {"WWW-Authenticate": 'Bearer error="invalid_token"'}


class Api:
    """An API of the tests: remembers which tokens came, and answers as it is told."""

    def __init__(self) -> None:
        self.seen: list[tuple[str, str | None]] = []
        self.answer: Callable[[httpx.Request], httpx.Response] = lambda _request: httpx.Response(
            200
        )

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.seen.append((str(request.url), request.headers.get("authorization")))
        return self.answer(request)


@pytest.fixture
def api() -> Api:
    return Api()


@pytest.fixture
async def service(tenant: ScriptedTenant, clock: Clock) -> AsyncIterator[AuthService]:
    made = service_with(session(), tenant, clock)
    yield made
    await made.aclose()


def service_with(
    kept: Session | None, tenant: ScriptedTenant, clock: Clock, config: Config = CONFIG
) -> AuthService:
    service = AuthService(config, store=MemoryStore(kept), transport=tenant, clock=clock)
    service.take_up()
    return service


def client(service: AuthService, api: Api, *, follow: bool = False) -> httpx.AsyncClient:
    return httpx.AsyncClient(
        auth=DoorkeyAuth(service), transport=httpx.MockTransport(api), follow_redirects=follow
    )


async def test_the_token_is_added_for_the_api(service: AuthService, api: Api) -> None:
    async with client(service, api) as calls:
        await calls.get("https://api.example/api/external")
    assert api.seen == [("https://api.example/api/external", "Bearer the-access-token")]


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/",
        "http://api.example/",
        "https://api.example:8443/",
        "https://api.example.evil.example/",
        "https://sub.api.example/",
    ],
)
async def test_another_origin_never_gets_the_token(
    service: AuthService, api: Api, url: str
) -> None:
    async with client(service, api) as calls:
        await calls.get(url)
    assert api.seen[0][1] is None


async def test_a_redirect_to_another_origin_does_not_take_the_token_along(
    service: AuthService, api: Api
) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.host == "api.example":
            return httpx.Response(302, headers={"Location": "https://evil.example/"})
        return httpx.Response(200)

    api.answer = answer
    async with client(service, api, follow=True) as calls:
        await calls.get("https://api.example/")
    assert api.seen[1] == ("https://evil.example/", None)


async def test_invalid_token_renews_once_and_retries_once(service: AuthService, api: Api) -> None:
    api.answer = lambda request: (
        httpx.Response(200)
        if request.headers["authorization"] == "Bearer access-1"
        else httpx.Response(401, headers=INVALID)
    )
    async with client(service, api) as calls:
        response = await calls.get("https://api.example/")
    assert response.status_code == 200
    assert [token for _, token in api.seen] == ["Bearer the-access-token", "Bearer access-1"]


async def test_an_api_that_takes_no_token_is_asked_twice_and_no_more(
    service: AuthService, api: Api, tenant: ScriptedTenant
) -> None:
    api.answer = lambda _request: httpx.Response(401, headers=INVALID)
    async with client(service, api) as calls:
        response = await calls.get("https://api.example/")
    assert response.status_code == 401
    assert len(api.seen) == 2
    assert tenant.count("/token") == 1


@pytest.mark.parametrize(
    ("status", "challenge"),
    [(401, "Bearer"), (403, 'Bearer error="insufficient_scope"'), (500, "")],
)
async def test_another_refusal_renews_nothing(
    service: AuthService, api: Api, tenant: ScriptedTenant, status: int, challenge: str
) -> None:
    api.answer = lambda _request: httpx.Response(status, headers={"WWW-Authenticate": challenge})
    async with client(service, api) as calls:
        await calls.get("https://api.example/")
    assert tenant.requests == []
    assert len(api.seen) == 1


async def test_an_expired_token_is_renewed_before_the_call(
    tenant: ScriptedTenant, clock: Clock, api: Api
) -> None:
    service = service_with(expired(session()), tenant, clock)
    async with client(service, api) as calls:
        await calls.get("https://api.example/")
    assert api.seen[0][1] == "Bearer access-1"
    await service.aclose()


async def test_with_nobody_signed_in_no_request_is_made(
    tenant: ScriptedTenant, clock: Clock, api: Api
) -> None:
    service = service_with(None, tenant, clock)
    async with client(service, api) as calls:
        with pytest.raises(SignInNeeded):
            await calls.get("https://api.example/")
    assert api.seen == []
    await service.aclose()


@needs_root
async def test_another_users_listener_in_the_apis_place_gets_no_token(
    tenant: ScriptedTenant, clock: Clock
) -> None:
    """security.md 53."""
    with accepting_as(NOBODY, "127.0.0.1") as (port, got):
        config = replace(CONFIG, api_url=f"http://127.0.0.1:{port}")
        service = service_with(session(), tenant, clock, config)
        async with httpx.AsyncClient(auth=DoorkeyAuth(service), trust_env=False) as calls:
            with pytest.raises(ExchangeFailed, match="another user of this machine"):
                await calls.get(config.api_url)
        assert await asyncio.to_thread(got) == "b''\n"
        await service.aclose()


def test_a_synchronous_client_is_told_to_be_asynchronous(
    tenant: ScriptedTenant, clock: Clock, api: Api
) -> None:
    service = service_with(session(), tenant, clock)
    with (
        httpx.Client(auth=DoorkeyAuth(service), transport=httpx.MockTransport(api)) as calls,
        pytest.raises(RuntimeError, match="AsyncClient"),
    ):
        calls.get("https://api.example/")
