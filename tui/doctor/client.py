"""The client at the tenant: whether it is known, and whether its callback URLs are registered.

One probe for each callback URL: an authorization request with `prompt=none`.
"""

import asyncio
from functools import partial
from typing import Final, Literal

from tui.auth.store.client_secret import kept_secret
from tui.auth.tenant.metadata import Metadata
from tui.auth.tenant.provider import Provider
from tui.auth.tenant.remedies.explain import remedy_for
from tui.auth.tenant.signed_requests import Client
from tui.config.keys import IN_KEYRING, allowed
from tui.config.load import Config
from tui.config.vendors.table import vendor_of
from tui.doctor.discovery import Case
from tui.doctor.probe import Probe, Prober
from tui.doctor.row import Row, Tell, row, row_of, unknown
from tui.doctor.surroundings import guard_check
from tui.errors import ConfigInvalid, DoorkeyError
from tui.http.exchange import HttpClient
from tui.servers.checks import CHECK_SECONDS
from tui.text import printable, shortened

RULES: Final = ("client-secret", "client", "callback", "request")

MOST_PROBED: Final = 4

QUIET: Final = frozenset(
    {"login_required", "interaction_required", "account_selection_required", "consent_required"}
)
"""What `prompt=none` answers where nobody is signed in: the request itself is right."""


async def look(case: Case, tell: Tell) -> None:
    """Ask once for each callback URL, all at a time."""
    found = await case.wait_for_discovery()
    try:
        metadata = found.metadata(case.config.issuer)
    except DoorkeyError:
        metadata = None
    tell(await guard_check("client-secret", partial(client_secret, case, metadata)))
    if metadata is None or found.members is None:
        why = "the tenant's metadata is not there to go by"
    elif metadata.demands_pushed_requests and not metadata.pushed_request_endpoint:
        why = "the tenant takes pushed requests only, and does not say where"
    else:
        probes = await _send_probes(case, metadata)
        for each in (client(probes, case.config), callback(probes, case.config)):
            tell(each)
        tell(request(probes, case.config, metadata))
        return
    for each in unknown(RULES[1:], why):
        tell(each)


async def _send_probes(case: Case, metadata: Metadata) -> list[Probe]:
    world, config = case.world, case.config
    http = HttpClient(world.tenant, CHECK_SECONDS)
    provider = Provider(config, world.clock, world.tenant, world.keyring)
    prober = Prober(http, provider, config, metadata)
    try:
        uris = config.redirect_uris[:MOST_PROBED]
        return list(await asyncio.gather(*map(prober.probe, uris)))
    finally:
        await http.aclose()
        await provider.aclose()


def client_secret(case: Case, metadata: Metadata | None) -> Row:
    """Say whether there is a secret where one is wanted; blocks while the keyring is asked."""
    config = case.config
    methods = metadata.token_auth_methods if metadata else ()
    if config.client_secret is None:
        return _without_secret(config, methods)
    if config.client_secret == IN_KEYRING:
        try:
            kept_secret(config, case.world.keyring)
        except ConfigInvalid as error:
            return row_of("client-secret", error)
    try:
        Client(config.client_id, config.client_secret).sign({}, methods)
    except ConfigInvalid as error:
        return row_of("client-secret", error)
    where = "in the system's keyring" if config.client_secret == IN_KEYRING else "there"
    return row("client-secret", "ok", where)


def _without_secret(config: Config, methods: tuple[str, ...]) -> Row:
    vendor = vendor_of(config.issuer)
    remedy = (
        f"have doorkey init keep the secret that the tenant shows for {config.client_id} in the "
        "keyring, or set DOORKEY_CLIENT_SECRET."
    )
    if vendor is not None and vendor.demands_secret:
        found = f"none, and {vendor.name} wants one even of native apps"
        return row("client-secret", "wrong", found, remedy[:1].upper() + remedy[1:])
    if methods and "none" not in methods:
        found = "none, and the tenant does not say that it takes clients without one"
        return row("client-secret", "unknown", found, f"Where it says invalid_client: {remedy}")
    return row("client-secret", "ok", "none, as is right for a native app")


def client(probes: list[Probe], config: Config) -> Row:
    """Say whether the tenant knows the client."""
    strange = next((each for each in probes if each.outcome == "no client"), None)
    shown = printable(config.client_id)
    if strange is not None:
        remedy = remedy_for("invalid_client", "unknown client", config)
        said = remedy_for(strange.error, strange.text, config)
        if said and strange.error == "invalid_client" and said != remedy:
            remedy = f"{remedy} Or: {said}"  # the code stands for either
        elif said:
            remedy = said
        return row("client", "wrong", f"the tenant does not know the client {shown}", remedy)
    if any(each.outcome in ("came back", "no callback", "refused") for each in probes):
        return row("client", "ok", "the tenant knows it")
    return row("client", "unknown", "the tenant's answer does not tell whether it is known")


def callback(probes: list[Probe], config: Config) -> Row:
    """Say which callback URLs are registered."""
    remedy = f"Allow these as callback URLs of {printable(config.client_id)}, to the letter: "
    missing = allowed([each.uri for each in probes if each.outcome == "no callback"])
    doubted = allowed([each.uri for each in probes if each.outcome == "error page"])
    good = allowed([each.uri for each in probes if each.outcome == "came back"])
    if missing:
        verdict: Literal["warning", "wrong"] = "warning" if good else "wrong"
        found = f"not registered: {', '.join(missing)}"
        return row("callback", verdict, found, remedy + ", ".join(missing))
    if len(good) == len(probes):
        return row("callback", "ok", f"registered: {', '.join(good)}")
    if doubted:
        found = f"the tenant shows an error page for {', '.join(doubted)}"
        return row("callback", "warning", found, remedy + ", ".join(doubted))
    return row("callback", "unknown", "the tenant's answer does not tell whether it is registered")


def request(probes: list[Probe], config: Config, metadata: Metadata) -> Row:
    """Say whether the tenant takes what a sign-in asks for: scope, audience, parameters."""
    back = [each for each in probes if each.outcome in ("came back", "refused")]
    if not back:
        return unknown(["request"], "no answer came back to a callback URL")[0]
    refused = next((each for each in back if each.error and each.error not in QUIET), None)
    if refused is None:
        return row("request", "ok", "the tenant takes scope, audience and parameters")
    remedy = remedy_for(refused.error, refused.text, config, metadata.scopes_supported)
    found = f"the tenant refuses a sign-in: {shortened(refused.text, 300)}"
    return row("request", "wrong", found, remedy or "Ask its administrator what this means.")
