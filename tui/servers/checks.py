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
from tui.errors import START_API, START_TENANT, ConfigInvalid, DoorkeyError, ExchangeFailed
from tui.http.exchange import HttpClient
from tui.moments import Clock, utc_now
from tui.servers.bundled import START_THERE, ServerName, may_have_local_tenant
from tui.text import printable, shortened
from tui.web_address import split_web_address

CHECK_SECONDS: Final = 4.0
"""A tenant answers in well under one; who waits longer is told so."""

CLOCK_LEEWAY_SECONDS: Final = 60
"""How far off a clock may be for a sign-in (OpenID Connect Core 3.1.3.7)."""

LONGEST_CAUSE: Final = 120

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
        http = TenantHttp(transport, CHECK_SECONDS, is_local=is_local)
    except ConfigInvalid as error:
        return Finding("tenant", "bad", "unknown", str(error)), None
    try:
        answer = await http.get(discovery_url(config.issuer))
    except DoorkeyError as error:
        return _silent_tenant(config, error), None
    finally:
        await http.aclose()
    issuer = (answer.members() or {}).get("issuer")
    if issuer == config.issuer:
        return Finding("tenant", "good", "ready", config.issuer), date_in(answer.headers)
    if issuer is None:
        detail = f"{config.issuer} answers {answer.status}, and is no OpenID Provider"
    else:
        detail = f"it calls itself {printable(issuer, LONGEST_CAUSE)}"
    remedy = "Correct domain in the config."
    return Finding("tenant", "bad", "wrong", detail, remedy), date_in(answer.headers)


def _silent_tenant(config: Config, error: DoorkeyError) -> Finding:
    words = str(error)
    is_down = START_TENANT in words
    happened = words.removesuffix(f" {START_TENANT}")
    if is_down and not may_have_local_tenant(config):
        return Finding("tenant", "bad", "silent", happened, START_THERE)
    return silent("tenant", config.issuer, happened, can_start=is_down)


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
        return silent("api", config.api_url, detail, can_start=is_local)
    finally:
        await client.aclose()
    return Finding("api", "good", "ready", config.api_url)


def silent(name: ServerName, url: str, detail: str, *, can_start: bool = False) -> Finding:
    """Say what to do where nobody answers at `url`; `can_start`: the app can start it there."""
    address, remedy = split_web_address(url), "Check your network, and the address in the config."
    if address.is_local:
        remedy = START_API if name == "api" else START_TENANT
    elif address.is_loopback:
        remedy = "The bundled servers speak plain http: should the address start with https?"
    return Finding(name, "bad", "silent", detail, remedy, can_start=can_start)


def clock_findings(theirs: datetime | None, now: datetime) -> tuple[Finding, ...]:
    """Compare this machine's clock with the tenant's; nothing where that is not known."""
    if theirs is None:
        return ()
    ahead = round((now - theirs).total_seconds())
    if abs(ahead) <= CLOCK_LEEWAY_SECONDS:
        return (Finding("clock", "good", "right", "agrees with the tenant's"),)
    word = "ahead of" if ahead > 0 else "behind"
    detail = f"your clock is {abs(ahead)} s {word} the tenant's"
    return (Finding("clock", "warning", "off", detail, "Set this machine's clock."),)
