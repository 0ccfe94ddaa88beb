"""Who listens where a bundled server belongs."""

import asyncio
from typing import Final, Literal

from tui.errors import ExchangeFailed
from tui.loopback_peer import name_of_holder
from tui.servers.bundled import BundledServer
from tui.web_address import split_web_address

PROBE_SECONDS: Final = 2.0

WORDS: Final = {"api": "API", "tenant": "local tenant"}

Holder = Literal["ours", "provider", "foreign", "nobody"]
"""Ours: the right server. Provider: a program of others that is the config's issuer all the same,
such as a Keycloak on this machine; it will do, and nothing takes its place."""


async def probe(server: BundledServer) -> Holder:
    """Find out who listens where `server` belongs."""
    from tui.auth.tenant.metadata import discovery_url  # neither is on the way to the first paint
    from tui.http.exchange import HttpClient

    client = HttpClient(exchange_seconds=PROBE_SECONDS)
    try:
        answer = await client.exchange("GET", server.health_url)
        health = answer.members() or {}
        if server.is_told_by(health):
            return "ours"
        if server.name == "tenant" and health.get("service") != server.health["service"]:
            issuer = server.health["issuer"]
            answer = await client.exchange("GET", discovery_url(issuer))
            return "provider" if (answer.members() or {}).get("issuer") == issuer else "foreign"
    except ExchangeFailed as failed:
        # A server that is ending breaks off a connection, and has let go of the port by then.
        ended = failed.obstacle == "nobody" or not await listens(server.url)
        return "nobody" if ended else "foreign"
    finally:
        await client.aclose()
    return "foreign"


async def listens(url: str) -> bool:
    """Return whether anybody listens at the http address `url`; nothing is asked."""
    address = split_web_address(url)
    try:
        async with asyncio.timeout(PROBE_SECONDS):
            _, writer = await asyncio.open_connection(address.host, address.port or 80)
    except TimeoutError:
        return True  # somebody does who takes no more connections
    except OSError:
        return False
    writer.close()
    return True


def words_of_taken(server: BundledServer, *, is_watched: bool = False) -> str:
    """Say who holds the port of `server`, and what to do; `is_watched`: it starts when free."""
    held = name_of_holder(server.port) or "another program"
    own = " Is it an API of yours? Run doorkey tenant, and doorkey beside it, which calls any."
    return (
        f"Port {server.port} is held by {held}, which is not this config's {WORDS[server.name]}. "
        f"End it, {'and ours starts by itself; ' if is_watched else ''}or name another port in "
        f"the config ({'apiUrl' if server.name == 'api' else 'domain'})."
        f"{own if is_watched and server.name == 'api' else ''}"
    )
