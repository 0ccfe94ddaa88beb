"""Discovery, on which most rules about the tenant rest, and what stood in its way."""

import asyncio
from dataclasses import dataclass
from datetime import datetime

from tui.auth.clock_skew import date_in, seconds_to_wait
from tui.auth.tenant.http import WAIT_AND_TRY_AGAIN, explain_failure, leads_elsewhere, try_again
from tui.auth.tenant.metadata import Metadata, discovery_url, no_discovery, parse_metadata
from tui.config.load import Config, has_own_servers
from tui.doctor.row import Row, row, row_of, unknown
from tui.doctor.world import World
from tui.errors import ConfigInvalid, DoorkeyError, ExchangeFailed, Obstacle, TenantMisbehaved
from tui.http.exchange import HttpClient
from tui.json_value import Json
from tui.servers.checks import CHECK_SECONDS
from tui.web_address import split_web_address


@dataclass(frozen=True, slots=True)
class Discovered:
    """What came of asking for a tenant's metadata."""

    trouble: DoorkeyError | None = None
    """Why there is no answer that could be read."""
    obstacle: Obstacle | None = None
    """What stood in the way of an answer, where there was none."""
    members: dict[str, Json] | None = None
    date: datetime | None = None
    """The tenant's clock."""

    @property
    def issuer(self) -> Json:
        """Return what the tenant calls itself."""
        return (self.members or {}).get("issuer")

    def metadata(self, issuer: str) -> Metadata:
        """Check everything but the issuer and PKCE, which have rules of their own.

        Raises:
            TenantMisbehaved: an endpoint is missing or not https.
        """
        members = dict(self.members or {})
        members.pop("code_challenge_methods_supported", None)
        return parse_metadata({**members, "issuer": issuer}, issuer)


@dataclass(frozen=True, slots=True)
class Case:
    """What the chapters about one config share: its tenant is asked once for its metadata."""

    world: World
    config: Config
    discovery: asyncio.Future[Discovered]

    async def wait_for_discovery(self) -> Discovered:
        """Wait for the tenant's answer; a chapter that runs out of time does not cancel it."""
        return await asyncio.shield(self.discovery)


async def discover(world: World, config: Config) -> Discovered:
    """Ask the tenant for its metadata, bounded in time; what goes wrong is in the answer."""
    address = split_web_address(discovery_url(config.issuer))
    try:
        client = HttpClient(world.tenant, CHECK_SECONDS)
    except ConfigInvalid as error:
        return Discovered(error, "untrusted")
    try:
        await world.require_name(config.issuer)
        answer = await client.exchange("GET", discovery_url(config.issuer))
    except ExchangeFailed as failed:
        return Discovered(
            explain_failure(address, failed, is_ours=has_own_servers(config)), failed.obstacle
        )
    finally:
        await client.aclose()
    date = date_in(answer.headers)
    if answer.status in WAIT_AND_TRY_AGAIN:
        later = try_again(seconds_to_wait(answer.headers))
        busy = f"{address.netloc} answers with {answer.status}. {later}."
        return Discovered(TenantMisbehaved(busy), date=date)
    if 300 <= answer.status < 400:
        return Discovered(leads_elsewhere(address, answer.status), date=date)
    members = answer.members()
    if answer.status != 200 or members is None:
        return Discovered(TenantMisbehaved(no_discovery(config.issuer, answer.status)), date=date)
    return Discovered(members=members, date=date)


def discovery_row(found: Discovered, config: Config) -> Row:
    """Judge the document itself."""
    if found.obstacle not in (None, "encoded"):
        return unknown(["discovery"], "the tenant could not be reached")[0]
    if found.trouble is not None:
        return row_of("discovery", found.trouble)
    try:
        found.metadata(config.issuer)
    except TenantMisbehaved as error:
        return row_of("discovery", error)
    return row("discovery", "ok", "has what a sign-in needs")
