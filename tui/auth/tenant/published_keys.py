"""The keys that any issuer publishes, for who has one of its tokens and no config for it."""

from typing import TYPE_CHECKING

from tui.auth.tenant.http import TenantHttp
from tui.auth.tenant.key_set import KeySet
from tui.auth.tenant.metadata import discovery_url, oauth_metadata_url
from tui.errors import TenantMisbehaved, WrongUsage
from tui.json_value import Json
from tui.text import printable
from tui.web_address import split_web_address

if TYPE_CHECKING:
    import httpx


async def fetch_keys_of_issuer(
    issuer: str, transport: "httpx.AsyncBaseTransport | None" = None
) -> KeySet:
    """Fetch the metadata of an issuer (OpenID Connect Discovery 4, else RFC 8414), and its keys.

    Raises:
        WrongUsage: it is no address that can be asked safely.
        TenantUnreachable: no answer.
        TenantMisbehaved: no metadata, another issuer's, or no keys.
    """
    require_secure(issuer)
    http = TenantHttp(transport)
    try:
        for url in (discovery_url(issuer), oauth_metadata_url(issuer)):
            answer = await http.get(url)
            if answer.status == 200:
                break
        members = answer.members() if answer.status == 200 else None
        if members is None:
            raise TenantMisbehaved(f"{printable(issuer)} publishes no metadata.")
        if members.get("issuer") != issuer:
            named = printable(members.get("issuer"), 200)
            raise TenantMisbehaved(f"{printable(issuer)} calls itself {named}.")
        return await _fetch(http, _jwks_uri(members, issuer))
    finally:
        await http.aclose()


async def fetch_keys(url: str, transport: "httpx.AsyncBaseTransport | None" = None) -> KeySet:
    """Fetch a JWKS; raises as `fetch_keys_of_issuer`."""
    require_secure(url)
    http = TenantHttp(transport)
    try:
        return await _fetch(http, url)
    finally:
        await http.aclose()


def require_secure(url: str) -> None:
    """Raise WrongUsage unless `url` is https, or on this machine: else anybody sends the keys."""
    try:
        is_secure = split_web_address(url).is_secure
    except ValueError:
        is_secure = False
    if not is_secure:
        shown = printable(url, 200)
        raise WrongUsage(f"{shown} is no https:// address; http:// is for loopback only.")


def _jwks_uri(members: dict[str, Json], issuer: str) -> str:
    url = members.get("jwks_uri")
    shown = f"{printable(issuer)} has its keys at {printable(url, 200)}"
    try:
        address = split_web_address(url if isinstance(url, str) else "")
    except ValueError:
        address = None
    if address is None or not address.is_secure:
        raise TenantMisbehaved(f"{shown}, which is no https:// address.")
    if address.is_loopback and not split_web_address(issuer).is_loopback:
        raise TenantMisbehaved(f"{shown}, which is on this machine.")
    return str(url)


async def _fetch(http: TenantHttp, url: str) -> KeySet:
    answer = await http.get(url)
    if answer.status != 200:
        raise TenantMisbehaved(f"{printable(url, 200)} answered with {answer.status}.")
    return KeySet(answer.members())
