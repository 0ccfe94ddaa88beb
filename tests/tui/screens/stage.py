"""Puts the app on stage: the real service, a scripted tenant and API, a clock that stands still."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Literal

import httpx
from textual.pilot import Pilot

from tests.builders import CONFIG, START, Clock, session
from tests.scripted_tenant import ScriptedTenant
from tui.api_client import ping
from tui.app import DoorkeyApp
from tui.auth.models import Claims, Profile, Session
from tui.auth.service import AuthService
from tui.auth.sign_in.browser import BrowserOpener
from tui.auth.sign_in.surroundings import Surroundings
from tui.auth.store import MemoryStore, SessionStore

PATIENCE_SECONDS = 10
"""For anything a test waits for; it comes within milliseconds."""

ALICE: Claims = {
    "iss": CONFIG.issuer,
    "sub": "tenant|alice",
    "aud": CONFIG.client_id,
    "name": "Alice Archer",
    "email": "alice@example.com",
    "email_verified": True,
    "iat": START.timestamp(),
    "exp": START.timestamp() + 3600,
    "picture": "https://pictures.example/alice.png",
    "roles": ["editor", "admin"],
    "https://tenant.example/plan": {"tier": "gold"},
}

HERE = Surroundings()
"""An ordinary desktop, wherever the tests run."""

ApiAnswer = Callable[[httpx.Request], httpx.Response]


def api_accepts(_request: httpx.Request) -> httpx.Response:
    return httpx.Response(200, json={"msg": "Your Access Token was successfully validated!"})


def api_refuses(_request: httpx.Request) -> httpx.Response:
    challenge = (
        'Bearer realm="api", error="invalid_token", '
        'error_description="The audience is https://other.example; '
        'https://api.example was expected."'
    )
    return httpx.Response(401, headers={"WWW-Authenticate": challenge})


def api_is_down(request: httpx.Request) -> httpx.Response:
    raise httpx.ConnectError("All connection attempts failed", request=request)


@dataclass(frozen=True, slots=True)
class Stage:
    """One app, and everybody whom it talks to."""

    app: DoorkeyApp
    service: AuthService
    tenant: ScriptedTenant
    clock: Clock


def stage(
    *,
    signed_in: bool = False,
    claims: Claims = ALICE,
    store: SessionStore | None = None,
    browser: Literal["signs in", "waits", "fails"] = "signs in",
    api: ApiAnswer = api_accepts,
    around: Surroundings = HERE,
    redirect_uris: tuple[str, ...] = CONFIG.redirect_uris,
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> Stage:
    clock = Clock()
    tenant = ScriptedTenant(clock)
    tenant.id_claims = {"sub": ALICE["sub"], "name": "Alice Archer"}
    openers: dict[str, BrowserOpener] = {
        "signs in": tenant.browser,
        "waits": _waiting_browser,
        "fails": tenant.no_browser,
    }
    opened: set[str] = set()

    async def open_url(url: str) -> bool:
        # The second time that an address is opened, the person signs in.
        opener = tenant.browser if url in opened else openers[browser]
        opened.add(url)
        return await opener(url)

    service = AuthService(
        replace(CONFIG, path=Path("/home/pat/auth_config.json"), redirect_uris=redirect_uris),
        store=store or MemoryStore(session_of(claims) if signed_in else None),
        transport=tenant,
        clock=clock,
        open_url=open_url,
        sleep=sleep,
        surroundings=around,
    )
    app = DoorkeyApp(
        service,
        clock=clock,
        call_api=partial(ping, transport=httpx.MockTransport(api), clock=lambda: 0.0),
    )
    app.animation_level = "none"
    return Stage(app, service, tenant, clock)


def session_of(claims: Claims) -> Session:
    return replace(session(), profile=Profile(claims))


async def until(pilot: "Pilot[None]", condition: Callable[[], object]) -> None:
    """Let the app work until `condition` holds."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not condition():
            await pilot.pause()
    await pilot.pause()


def text_of(app: DoorkeyApp) -> str:
    """What a person reads on the screen."""
    strips = app.screen._compositor.render_strips()
    return "\n".join("".join(segment.text for segment in strip) for strip in strips)


async def _waiting_browser(_url: str) -> bool:
    return True
