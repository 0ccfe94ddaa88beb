"""The tenant: how it is spelled and reached, its clock, and what it says of itself."""

import asyncio
import re
from collections.abc import Mapping
from typing import Final

from tui.api.vendor_tokens import OKTA_ORG
from tui.auth.tenant.http import TenantHttp
from tui.auth.tenant.key_set import ALGORITHMS, KeySet
from tui.auth.tenant.metadata import WELL_KNOWN, parse_metadata
from tui.config.load import Config, has_own_servers
from tui.config.vendors.table import vendor_of
from tui.doctor.connection import stations
from tui.doctor.discovery import Case, Discovered, discovery_row
from tui.doctor.row import Row, Tell, row, row_of, unknown
from tui.doctor.tenant_offers import OFFERS, look_at_offers
from tui.errors import DoorkeyError, TenantMisbehaved
from tui.servers.checks import CHECK_SECONDS, clock_findings
from tui.text import printable
from tui.web_address import split_web_address

REACHED: Final = ("issuer", "name", "proxy", "connection", "tls", "discovery", "clock")

RULES: Final = (*REACHED, "pkce", "algorithms", *OFFERS, "keys")

FOR_EVERYBODY: Final = re.compile(r"/(common|organizations|consumers)(/|$)")
"""Entra ID's endpoints for many tenants, whose issuer is a template."""


async def look(case: Case, tell: Tell) -> None:
    """Ask for the metadata, then judge it; then ask for the keys."""
    config = case.config
    found = await case.wait_for_discovery()
    way = stations(found.trouble, found.obstacle, config, case.world.environ)
    spelling = issuer(found, config)
    for each in (*way, spelling):
        tell(each)
    if spelling.verdict == "wrong" and found.members is None and found.obstacle is None:
        tell(unknown(["discovery"], "the issuer is none, and says nothing of itself")[0])
    else:
        tell(discovery_row(found, config))
    tell(clock(case, found))
    if found.members is None:
        for each in unknown(("pkce", "algorithms", *OFFERS, "keys"), "there is no metadata"):
            tell(each)
        return
    tell(pkce(found, config))
    tell(algorithms(found.members))
    await asyncio.gather(look_at_offers(found, case, tell), _look_at_keys(found, case, tell))


async def _look_at_keys(found: Discovered, case: Case, tell: Tell) -> None:
    tell(await keys(case, found))


def issuer(found: Discovered, config: Config) -> Row:
    """Compare how the issuer is spelled, to the letter."""
    spelled = config.issuer
    address = split_web_address(spelled)
    if address.host == "sts.windows.net":
        tenant = address.path.strip("/") or "TENANT-ID"
        better = f"https://login.microsoftonline.com/{tenant}/v2.0"
        return row(
            "issuer",
            "wrong",
            f"{spelled} is Entra ID's older endpoint",
            f'Put the v2.0 address into the config: "domain": "{better}".',
        )
    several = FOR_EVERYBODY.search(address.path)
    if several and address.host == "login.microsoftonline.com":
        return row(
            "issuer",
            "wrong",
            f'"{several[1]}" is for people of many tenants, and no token has that issuer',
            'Put your tenant\'s own there: "domain": '
            '"https://login.microsoftonline.com/TENANT-ID/v2.0".',
        )
    whole = spelled.partition(WELL_KNOWN)[0]
    if whole != spelled:
        found_there = f"{spelled} is where the tenant says what it is, and not its issuer"
        return row("issuer", "wrong", found_there, f'Leave the end away: "domain": "{whole}".')
    vendor = vendor_of(spelled)
    if vendor is not None and vendor.why_not:
        return row("issuer", "wrong", f"{vendor.name} is no tenant for native apps", vendor.why_not)
    if found.members is None:
        return unknown(["issuer"], "the tenant does not say how it calls itself")[0]
    if found.issuer != spelled:
        try:
            parse_metadata(found.members, spelled)
        except TenantMisbehaved as error:
            return row_of("issuer", error)
    if OKTA_ORG.fullmatch(spelled):
        return row(
            "issuer",
            "warning",
            f"{spelled} is Okta's org authorization server: Okta alone can verify its tokens",
            f'For an API of yours: "domain": "{spelled.rstrip("/")}/oauth2/default".',
        )
    return row("issuer", "ok", f"{spelled}, to the letter")


def clock(case: Case, found: Discovered) -> Row:
    """Compare this machine's clock with the tenant's."""
    findings = clock_findings(found.date, case.world.clock())
    if not findings:
        return unknown(["clock"], "the tenant did not say what time it is")[0]
    finding = findings[0]
    return row(
        "clock", "ok" if finding.health == "good" else "warning", finding.detail, finding.remedy
    )


def pkce(found: Discovered, config: Config) -> Row:
    """Look whether S256 is offered; where nothing is said, it may be."""
    methods = (found.members or {}).get("code_challenge_methods_supported")
    if methods is None:
        return row("pkce", "unknown", "the tenant does not say; S256 is sent always (RFC 7636)")
    if isinstance(methods, list) and "S256" in methods:
        return row("pkce", "ok", "S256")
    said = printable(methods, 100)
    remedy = f"Set S256 as the method of the client {config.client_id} (RFC 7636)."
    return row("pkce", "wrong", f"no S256 among the methods of the tenant: {said}", remedy)


def algorithms(members: Mapping[str, object]) -> Row:
    """Look whether ID tokens may be signed in a way that can be verified."""
    listed = members.get("id_token_signing_alg_values_supported")
    if not isinstance(listed, list):
        return row("algorithms", "unknown", "the tenant does not say how it signs ID tokens")
    taken = [each for each in ALGORITHMS if each in listed]
    if taken:
        return row("algorithms", "ok", ", ".join(taken))
    said = printable(", ".join(map(str, listed)), 100)
    return row(
        "algorithms",
        "wrong",
        f"ID tokens are signed with {said}, which nobody else can verify safely",
        "Set RS256, PS256, ES256 or EdDSA as the signing algorithm in the tenant's settings.",
    )


async def keys(case: Case, found: Discovered) -> Row:
    """Fetch the tenant's keys, and count those that can be used."""
    try:
        metadata = found.metadata(case.config.issuer)
        is_ours = has_own_servers(case.config)
        http = TenantHttp(case.world.tenant, CHECK_SECONDS, is_ours=is_ours)
    except DoorkeyError:
        return unknown(["keys"], "the metadata does not say where they are")[0]
    try:
        answer = await http.get(metadata.jwks_uri)
        if answer.status != 200:
            raise TenantMisbehaved(
                f"The tenant's jwks_uri answers with {answer.status}. Ask its administrator for a "
                "key set that everybody can read."
            )
        published = KeySet(answer.members())
    except DoorkeyError as error:
        return row_of("keys", error)
    finally:
        await http.aclose()
    listed = (found.members or {}).get("id_token_signing_alg_values_supported")
    usable = [name for name in ALGORITHMS if published.candidates(None, name)]
    wanted = [name for name in ALGORITHMS if isinstance(listed, list) and name in listed]
    fitting = [name for name in usable if name in (wanted or ALGORITHMS)]
    if fitting:
        return row("keys", "ok", f"{len(published)} that can be used: {', '.join(fitting)}")
    found_there = "none of the tenant's keys can be used"
    if usable:
        found_there = f"the tenant's keys are for {', '.join(usable)}, and it signs with others"
    return row(
        "keys",
        "wrong",
        found_there,
        "Have the tenant sign with an RSA key of 2048 bits or more, or with P-256 or Ed25519.",
    )
