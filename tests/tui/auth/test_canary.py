"""No secret reaches a log, a traceback, a repr, an argv or an environment."""

import logging
import traceback
from collections.abc import Awaitable, Callable
from dataclasses import replace
from itertools import product
from pathlib import Path
from urllib.parse import parse_qsl

import httpx
import pytest

from tests.support.builders.configs import CONFIG
from tests.support.builders.sessions import expired, session
from tests.support.builders.stores import file_store
from tests.support.clocks import Clock
from tests.support.tenants.bound import ProvingTenant, bound
from tests.support.tenants.echoes import PLACES, echo
from tests.support.tenants.scripted_tenant import ScriptedTenant, led_on
from tui.api.client import ApiClient
from tui.auth.dpop.authorization import Authorization
from tui.auth.httpx_auth import DoorkeyAuth
from tui.auth.service import AuthService
from tui.auth.session import LoginEvent
from tui.auth.sign_in.attempt import SignInOptions
from tui.auth.store.store import MemoryStore
from tui.errors import DoorkeyError

CANARY = "c4n4ry-t0ken"


class CanaryTenant(ScriptedTenant):
    """Every token that it issues is a canary."""

    def __init__(self, clock: Clock) -> None:
        super().__init__(clock)
        self.token_members = {
            "access_token": f"access-{CANARY}",
            "refresh_token": f"refresh-{CANARY}",
        }
        self.codes = {f"code-{CANARY}"}
        self.opened: list[str] = []
        self.id_claims = {"at_hash": None, "secret": f"id-{CANARY}"}

    async def browser(self, url: str) -> bool:
        self.opened.append(url)
        self.answer_parameters["code"] = f"code-{CANARY}"
        target = await led_on(url)
        return await super().browser(target) if "authorize" in target else False


def down(request: httpx.Request) -> httpx.Response:
    raise httpx.ConnectError("nobody", request=request)


def answers(*arguments: object, **members: object) -> Callable[[httpx.Request], httpx.Response]:
    return lambda _request: httpx.Response(*arguments, **members)  # type: ignore[arg-type] # a test's


WRONG = {
    "down": down,
    "refused": answers(400, json={"error": "invalid_grant"}),
    "html": answers(200, text=f"<html>{CANARY}"),
    "no type": answers(200, json={"access_token": CANARY, "refresh_token": CANARY}),
    "absurd": answers(
        200, json={"access_token": CANARY, "token_type": "Bearer", "expires_in": "x"}
    ),
    "wrong ID token": answers(
        200, json={"access_token": CANARY, "token_type": "Bearer", "id_token": CANARY}
    ),
}


@pytest.fixture
def said(caplog: pytest.LogCaptureFixture) -> list[str]:
    caplog.set_level(logging.DEBUG)
    return []


async def attempt(said: list[str], service: AuthService, work: Awaitable[object]) -> None:
    """Do `work`, and note whatever it says, and what the service looks like then."""
    try:
        said.append(repr(await work))
    except DoorkeyError as error:
        said += [str(error), repr(error), "".join(traceback.format_exception(error))]
    said += [repr(service), repr(service.session), repr(vars(service))]


async def go_through(said: list[str], service: AuthService) -> None:
    """Do all that asks the tenant, but log out, and note what is said."""
    await attempt(said, service, service.restore())
    await attempt(said, service, service.renew_tokens())
    await attempt(said, service, service.login(watch=lambda progress: said.append(repr(progress))))
    by_device = service.login(options=SignInOptions(way="device"))
    await attempt(said, service, by_device)


@pytest.mark.parametrize("wrong", [None, *WRONG])
async def test_no_secret_is_said_whatever_happens(
    wrong: str | None,
    said: list[str],
    clock: Clock,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    tenant = CanaryTenant(clock)
    store = file_store(tmp_path, "canary")
    kept = session(access_token=f"access-{CANARY}", refresh_token=f"refresh-{CANARY}")
    store.save(expired(kept))
    tenant.refresh_tokens = {f"refresh-{CANARY}"}
    service = AuthService(
        CONFIG, store=store, transport=tenant, clock=clock, open_url=tenant.browser
    )
    events: list[LoginEvent] = []
    service.subscribe(events.append)
    if wrong:
        tenant.responses["/token"] = WRONG[wrong]
    await attempt(said, service, service.restore())
    await attempt(said, service, service.renew_tokens())
    await attempt(said, service, service.login(watch=lambda progress: said.append(repr(progress))))
    api = httpx.MockTransport(down if wrong else answers(401))
    client = ApiClient("https://api.example", transport=api)
    await attempt(said, service, client.call(Authorization(f"access-{CANARY}")))
    await client.aclose()
    await attempt(said, service, service.log_out())
    said += [repr(store), repr(events), repr(DoorkeyAuth(service)), caplog.text]
    await service.aclose()
    assert events
    assert CANARY not in "\n".join(said)


def passing(clock: Clock) -> Callable[[float], Awaitable[None]]:
    """Let time pass at once."""

    async def sleep(seconds: float) -> None:
        clock.advance(seconds)

    return sleep


async def test_no_token_is_in_the_address_that_a_browser_gets(clock: Clock) -> None:
    tenant = CanaryTenant(clock)
    service = AuthService(
        CONFIG, store=MemoryStore(), transport=tenant, clock=clock, open_url=tenant.browser
    )
    await service.login()
    await service.log_out()
    assert len(tenant.opened) == 2
    assert CANARY not in "\n".join(tenant.opened)
    await service.aclose()


@pytest.mark.parametrize(
    ("place", "status", "path"),
    product(PLACES, (400, 401, 500), ("/token", "/device_authorization", "/revoke", "/userinfo")),
)
async def test_no_refusal_shows_what_of_a_request_the_tenant_repeats(
    place: str,
    status: int,
    path: str,
    said: list[str],
    clock: Clock,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """security.md 40."""
    tenant = CanaryTenant(clock)
    tenant.refresh_tokens = {f"refresh-{CANARY}"}
    tenant.responses[path] = echo(place, status)
    tenant.device_allowed = True
    tenant.id_claims |= {"name": None, "email": None}  # what the ID token lacks, userinfo is asked

    kept = session(access_token=f"access-{CANARY}", refresh_token=f"refresh-{CANARY}")
    service = AuthService(
        CONFIG,
        store=MemoryStore(expired(kept)),
        transport=tenant,
        clock=clock,
        open_url=tenant.browser,
        sleep=passing(clock),
    )
    await go_through(said, service)
    await attempt(said, service, service.log_out())
    await service.aclose()
    assert tenant.count(path)
    told = "\n".join([*said, caplog.text]).lower()
    forms = (dict(parse_qsl(each.content.decode())) for each in tenant.requests)
    verifiers = (form.get("code_verifier") for form in forms)
    for secret in (CANARY, *filter(None, verifiers)):
        assert secret.lower() not in told


@pytest.mark.parametrize(
    ("place", "path"),
    product(("JSON", "raw JSON escapes", "header", "challenge"), ("/par", "/token", "/userinfo")),
)
async def test_no_refusal_shows_the_clients_secret_a_proof_or_the_key_it_is_made_with(
    place: str, path: str, said: list[str], clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    """security.md 40: of a bound session, its requests pushed, its client confidential."""
    tenant = ProvingTenant(clock)
    tenant.metadata["token_endpoint_auth_methods_supported"] = ["client_secret_post"]
    tenant.refresh_tokens = {f"refresh-{CANARY}"}
    tenant.responses[path] = echo(place, 401 if path == "/userinfo" else 400)
    tenant.id_claims = {"name": None, "email": None}
    kept = session(access_token=f"access-{CANARY}", refresh_token=f"refresh-{CANARY}")
    secret = f"client-{CANARY}"
    config = replace(CONFIG, dpop=True, pushed_requests=True, client_secret=secret)
    service = AuthService(
        config,
        store=MemoryStore(bound(expired(kept))),
        transport=tenant,
        clock=clock,
        open_url=tenant.browser,
        sleep=passing(clock),
    )
    await go_through(said, service)
    await attempt(said, service, service.log_out(at_tenant=False))
    await service.aclose()
    assert tenant.count(path)
    told = "\n".join([*said, caplog.text]).lower()
    proofs = [request.headers.get("dpop", "") for request in tenant.requests]
    keys = [each.key.d for each in (bound(), service.session) if each and each.key]
    for hidden in (CANARY, *filter(None, proofs), *keys):
        assert hidden.lower() not in told
