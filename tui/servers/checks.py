"""Whether everything that the app needs is there: the tenant, the API, the clock."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

import httpx

from tui.auth.clock_skew import date_in
from tui.auth.tenant.http import TenantHttp
from tui.auth.tenant.metadata import discovery_url
from tui.config.load import Config
from tui.config.paths import state_dir
from tui.errors import (
    LOOK_AT_API,
    START_API,
    START_TENANT,
    ConfigInvalid,
    DoorkeyError,
    ExchangeFailed,
    Obstacle,
)
from tui.http.exchange import HttpClient
from tui.http.other_scheme import write_so
from tui.moments import Clock, duration, utc_now
from tui.servers.bundled import may_have_bundled_api, may_have_local_tenant, tenant_server
from tui.servers.port import words_of_taken
from tui.text import printable, shortened
from tui.web_address import split_web_address

CHECK_SECONDS: Final = 4.0
"""A tenant answers in well under one; who waits longer is told so."""

CLOCK_LEEWAY_SECONDS: Final = 60
"""How far off a clock may be for a sign-in (OpenID Connect Core 3.1.3.7)."""

LONGEST_CAUSE: Final = 120

STARTABLE: Final[frozenset[Obstacle]] = frozenset({"nobody", "timeout"})
"""Where a bundled server can be started: at a free port, and in the place of one that hangs."""

Health = Literal["good", "warning", "bad"]


@dataclass(frozen=True, slots=True)
class Finding:
    """What came of one check; printable."""

    name: Literal["tenant", "api", "clock"]
    health: Health
    word: str
    detail: str
    remedy: str = ""
    can_start: bool = False
    """Whether it is a bundled server that could be started here."""


Look = Callable[[Config], Awaitable[tuple[Finding, ...]]]
"""Finds out whether tenant, API and clock are right."""


async def check(
    config: Config,
    *,
    tenant: httpx.AsyncBaseTransport | None = None,
    api: httpx.AsyncBaseTransport | None = None,
    clock: Clock = utc_now,
) -> tuple[Finding, ...]:
    """Look at the tenant, its clock, and the API; all at once, and without any token."""
    (found, date), reached = await asyncio.gather(
        _check_tenant(config, tenant), _check_api(config, api)
    )
    return (found, reached, *clock_findings(date, clock()))


async def _check_tenant(
    config: Config, transport: httpx.AsyncBaseTransport | None
) -> tuple[Finding, datetime | None]:
    try:
        is_local = split_web_address(config.issuer).is_local
        is_ours = may_have_local_tenant(config)
        http = TenantHttp(transport, CHECK_SECONDS, is_local=is_local, is_ours=is_ours)
    except ConfigInvalid as error:
        return Finding("tenant", "bad", "unknown", str(error)), None
    try:
        answer = await http.get(discovery_url(config.issuer))
    except DoorkeyError as error:
        happened, remedy = _happened_and_remedy(str(error))
        can_start = remedy == START_TENANT
        return Finding("tenant", "bad", "silent", happened, remedy, can_start=can_start), None
    finally:
        await http.aclose()
    issuer = (answer.members() or {}).get("issuer")
    if issuer == config.issuer:
        return Finding("tenant", "good", "ready", config.issuer), date_in(answer.headers)
    if issuer is None and is_ours:
        held = words_of_taken(tenant_server(config, state_dir()))
        return Finding("tenant", "bad", "wrong", *_happened_and_remedy(held)), None
    if issuer is None:
        detail = f"{config.issuer} answers {answer.status}, and is no OpenID Provider"
    else:
        detail = f"it calls itself {printable(issuer, LONGEST_CAUSE)}"
    return Finding("tenant", "bad", "wrong", detail, "Correct domain in the config."), None


def _happened_and_remedy(message: str) -> tuple[str, str]:
    happened, end, remedy = message.partition(". ")
    return happened + end.rstrip(), remedy


async def _check_api(config: Config, transport: httpx.AsyncBaseTransport | None) -> Finding:
    try:
        is_local = split_web_address(config.api_url).is_local
        client = HttpClient(transport, CHECK_SECONDS, is_local=is_local)
    except ConfigInvalid as error:
        return Finding("api", "bad", "unknown", str(error))
    try:
        await client.exchange("HEAD", config.api_url + "/")  # any answer will do
    except ExchangeFailed as failed:
        detail = f"{config.api_url}: {shortened(str(failed), LONGEST_CAUSE)}"
        return silent(config, detail, failed.obstacle)
    finally:
        await client.aclose()
    return Finding("api", "good", "ready", config.api_url)


def silent(config: Config, detail: str, obstacle: Obstacle) -> Finding:
    """Say what to do where no API answers."""
    address = split_web_address(config.api_url)
    remedy = "Check your network, and the address in the config."
    can_start = obstacle in STARTABLE and may_have_bundled_api(config)
    if obstacle == "scheme":
        return Finding("api", "bad", "wrong", detail, write_so("apiUrl", address))
    if obstacle == "foreign":
        remedy = "Take another port, or ask them to free it."
    elif can_start:
        remedy = START_API
    elif address.is_local and obstacle == "nobody":
        remedy = LOOK_AT_API
    elif address.is_local:
        remedy = "Look what program has that port, and whether apiUrl in the config is right."
    elif address.is_loopback:
        remedy = "Start it, or correct apiUrl in the config: the bundled API speaks plain http."
    return Finding("api", "bad", "silent", detail, remedy, can_start=can_start)


def clock_findings(theirs: datetime | None, now: datetime) -> tuple[Finding, ...]:
    """Compare this machine's clock with the tenant's; nothing where that is not known."""
    if theirs is None:
        return ()
    ahead = round((now - theirs).total_seconds())
    if abs(ahead) <= CLOCK_LEEWAY_SECONDS:
        return (Finding("clock", "good", "right", "agrees with the tenant's"),)
    word = "ahead of" if ahead > 0 else "behind"
    detail = f"your clock is {duration(abs(ahead))} {word} the tenant's"
    return (Finding("clock", "warning", "off", detail, "Set this machine's clock."),)
