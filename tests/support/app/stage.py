"""Puts the app on stage: the real service, a scripted tenant and API, a clock that stands still."""

import asyncio
import itertools
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Literal

import httpx
from textual.app import App
from textual.pilot import Pilot

from tests.support.builders.configs import CONFIG
from tests.support.builders.sessions import session
from tests.support.builders.tokens import encoded
from tests.support.clocks import START, Clock
from tests.support.tenants.scripted_tenant import ScriptedTenant, led_on
from tui.api.challenge import WELL_KNOWN
from tui.api.client import ApiClient
from tui.app.app import DoorkeyApp
from tui.app.doors import Doors, Rest
from tui.app.screens.doctor import Examine
from tui.app.screens.sign_in import SignInScreen
from tui.app.textual_internals import lighten_strips
from tui.auth.service import AuthService
from tui.auth.session import Profile, Session
from tui.auth.sign_in.browser import BrowserOpener
from tui.auth.sign_in.surroundings import Surroundings
from tui.auth.store.sealing import KeyKeeper
from tui.auth.store.store import MemoryStore, SessionStore
from tui.config.load import Config
from tui.json_value import Claims
from tui.servers.checks import Finding, Look
from tui.terminal.clipboard import Taken

lighten_strips()  # as the app's launch does, once in a process

PATIENCE_SECONDS = 30
"""For anything a test waits for; it comes within milliseconds, on a busy machine in seconds."""

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

ACCESS_CLAIMS: Claims = {
    "iss": CONFIG.issuer,
    "sub": "tenant|alice",
    "aud": [CONFIG.audience, "https://tenant.example/userinfo"],
    "client_id": CONFIG.client_id,
    "scope": "openid profile email offline_access",
    "iat": START.timestamp(),
    "exp": START.timestamp() + 3600,
    "jti": "5ee3c0de",
}
"""What Alice's access token says."""

OTHER_AUDIENCE = "https://orders.example"

ApiAnswer = Callable[[httpx.Request], httpx.Response]


def api_accepts(_request: httpx.Request) -> httpx.Response:
    return httpx.Response(200, json={"msg": "Your Access Token was successfully validated!"})


def api_refuses(request: httpx.Request) -> httpx.Response:
    """An API that is configured for another audience than the app."""
    if request.url.path == WELL_KNOWN:
        members = {"resource": OTHER_AUDIENCE, "authorization_servers": [CONFIG.issuer]}
        return httpx.Response(200, json=members)
    description = f"Expected audience {OTHER_AUDIENCE}, the token has {CONFIG.audience}"
    return refusal(401, f'error="invalid_token", error_description="{description}"')


def api_needs_scope(request: httpx.Request) -> httpx.Response:
    """An API that wants read:messages."""
    if request.url.path == WELL_KNOWN:
        return httpx.Response(404)
    said = "The token lacks the scope read:messages"
    return refusal(
        403,
        f'error="insufficient_scope", error_description="{said}", scope="read:messages"',
    )


def refusal(status: int, parameters: str) -> httpx.Response:
    headers = {"WWW-Authenticate": f'Bearer realm="api", {parameters}', "X-Request-ID": "7f3a9c"}
    code = parameters.partition('error="')[2].partition('"')[0]
    return httpx.Response(status, headers=headers, json={"error": code})


@dataclass(frozen=True, slots=True)
class Stage:
    """One app, and everybody whom it talks to."""

    app: DoorkeyApp
    service: AuthService
    tenant: ScriptedTenant
    clock: Clock
    copied: list[str]
    """What the system's clipboard was offered; as a rule it takes nothing."""


def stage(
    *,
    signed_in: bool = False,
    claims: Claims = ALICE,
    store: SessionStore | None = None,
    browser: Literal["signs in", "waits", "fails"] = "signs in",
    api: ApiAnswer = api_accepts,
    api_transport: httpx.AsyncBaseTransport | None = None,
    around: Surroundings = HERE,
    base: Config = CONFIG,
    path: Path = Path("/home/pat/auth_config.json"),
    redirect_uris: tuple[str, ...] = CONFIG.redirect_uris,
    scope: str = CONFIG.scope,
    api_url: str = CONFIG.api_url,
    client_secret: str | None = None,
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    device_sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    rest: Rest | None = None,
    look: Look | None = None,
    examine: Examine | None = None,
    keymap: Path | None = None,
    keys: KeyKeeper | None = None,
    latencies: Iterable[float] = itertools.repeat(0.004),
    taken: Taken = "perhaps",
) -> Stage:
    clock = Clock()
    tenant = ScriptedTenant(clock, base.issuer)
    tenant.id_claims = {"sub": ALICE["sub"], "name": "Alice Archer"}
    openers: dict[str, BrowserOpener] = {
        "signs in": tenant.browser,
        "waits": _waiting_browser,
        "fails": tenant.no_browser,
    }
    opened: set[str] = set()

    async def open_url(url: str) -> bool:
        # The second time that an address is opened, the person signs in.
        target = await led_on(url)
        opener = tenant.browser if target in opened else openers[browser]
        opened.add(target)
        return await opener(target)

    config = replace(base, path=path, redirect_uris=redirect_uris, scope=scope, api_url=api_url)
    config = replace(config, client_secret=client_secret)
    copied: list[str] = []

    async def copy(text: str) -> Taken:
        copied.append(text)
        return taken

    service = AuthService(
        config,
        store=store or MemoryStore(session_of(claims) if signed_in else None),
        transport=tenant,
        clock=clock,
        open_url=open_url,
        sleep=device_sleep,
        surroundings=around,
    )
    doors = Doors(
        config,
        make_service=lambda _config: service,
        clock=clock,
        sleep=sleep,
        rest=rest or _no_rest,
        copy_to_system=copy,
        look_around=look or _all_is_well,
        examine=examine,
        tenant=tenant,
        keys=keys,
        keymap_path=keymap or Path("/nowhere/keymap.json"),
        make_api=partial(
            ApiClient,
            transport=api_transport or httpx.MockTransport(api),
            clock=stopwatch(latencies),
        ),
    )
    app = DoorkeyApp(doors)
    app.animation_level = "none"
    return Stage(app, service, tenant, clock, copied)


def session_of(claims: Claims, access_token: str | None = None) -> Session:
    held = session(access_token=access_token or jwt_of(ACCESS_CLAIMS))
    token_set = replace(held.token_set, id_token=jwt_of(claims))
    return replace(held, token_set=token_set, profile=Profile(claims))


def jwt_of(claims: Claims) -> str:
    """Return a token that can be read, and that nobody has signed."""
    header = {"alg": "RS256", "typ": "at+jwt", "kid": "2026-03"}
    return f"{encoded(header)}.{encoded(claims)}.c2ln"


async def until(pilot: "Pilot[None]", condition: Callable[[], object]) -> None:
    """Let the app work until `condition` holds."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not condition():
            await pilot.pause()
    await pilot.pause()


def text_of(app: App[None]) -> str:
    """Return what a person reads on the screen."""
    # Textual's only public way is an SVG, which takes 8 times as long (10 ms).
    strips = app.screen._compositor.render_strips()
    return "\n".join("".join(segment.text for segment in strip) for strip in strips)


async def point_at(pilot: "Pilot[None]", words: str, *, click: bool = False) -> None:
    """Put the mouse on the first place where the screen says `words`."""
    lines = text_of(pilot.app).splitlines()
    row = next(number for number, line in enumerate(lines) if words in line)
    go = pilot.click if click else pilot.hover
    await go(offset=(lines[row].index(words) + 1, row))


def has_dialog(on: Stage) -> bool:
    """Return whether a sign-in is shown."""
    return isinstance(on.app.screen, SignInScreen)


def dialog_of(on: Stage) -> SignInScreen:
    """Return the dialog of a sign-in, which must be open."""
    screen = on.app.screen
    assert isinstance(screen, SignInScreen)
    return screen


def answer_url(on: Stage, tenant: ScriptedTenant) -> str:
    """Return the address, answer included, at which the browser ends after a sign-in."""
    request = httpx.URL(dialog_of(on).progress.url).params
    return str(
        httpx.URL(
            request["redirect_uri"],
            params={"code": "the-code", "state": request["state"], "iss": tenant.issuer},
        )
    )


def is_waiting(on: Stage) -> bool:
    """Return whether a sign-in waits for the person's browser."""
    return has_dialog(on) and dialog_of(on).progress.browser in ("opened", "failed")


def stopwatch(latencies: Iterable[float]) -> Callable[[], float]:
    """Make each call take as long as `latencies` says, in seconds."""
    begin_and_end = itertools.chain.from_iterable((0.0, taken) for taken in latencies)
    return lambda: next(begin_and_end)


async def _no_rest() -> None:
    """Never come to rest: nothing is put together that a test has not asked for."""
    await asyncio.Event().wait()


async def _all_is_well(config: Config) -> tuple[Finding, ...]:
    return (
        Finding("tenant", "good", "ready", config.issuer),
        Finding("api", "good", "ready", config.api_url),
        Finding("clock", "good", "right", "agrees with the tenant's"),
    )


async def amiss(config: Config) -> tuple[Finding, ...]:
    """Look, and find two things that are not as they should be."""
    return (
        Finding("tenant", "good", "ready", config.issuer),
        Finding("api", "bad", "silent", f"{config.api_url}: nobody answers there", "Start it."),
        Finding("clock", "warning", "off", "your clock is 90 s ahead of the tenant's", "Set it."),
    )


async def no_clipboard(_text: str) -> Taken:
    return "perhaps"


async def _waiting_browser(_url: str) -> bool:
    return True
