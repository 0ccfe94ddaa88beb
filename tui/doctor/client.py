"""The client at the tenant: whether it is known, and whether its callback URLs are registered.

One authorization request with `prompt=none` for each callback URL; its redirect is not followed.
Where it leads to our URL, the tenant has compared that with the registered ones (RFC 6749 3.1.2.4).
Nothing keeps the request's state, so that no sign-in can ever take an answer to it.
"""

import asyncio
import re
from typing import Final, Literal, NamedTuple
from urllib.parse import parse_qs, urljoin, urlsplit

from tui.auth.sign_in.attempt import SignInAttempt, SignInOptions
from tui.auth.tenant.metadata import Metadata
from tui.auth.tenant.remedies.explain import remedy_for
from tui.config.load import Config
from tui.doctor.discovery import Case
from tui.doctor.row import Row, Tell, row, unknown
from tui.errors import DoorkeyError, ExchangeFailed
from tui.http import Answer, HttpClient
from tui.servers.checks import CHECK_SECONDS
from tui.text import printable, shortened

RULES: Final = ("client", "callback", "request")

MOST_PROBED: Final = 4

ANY_PORT: Final = 53682
"""For a URI with port 0, which RFC 8252 7.3 has the tenant take with any."""

QUIET: Final = frozenset(
    {"login_required", "interaction_required", "account_selection_required", "consent_required"}
)
"""What `prompt=none` answers where nobody is signed in: the request itself is right."""

LONGEST_PAGE: Final = 20_000
"""Characters of an error page that are read."""

NO_CALLBACK: Final = re.compile(r"redirect.?ur[il]|callback|reply (url|address)", re.IGNORECASE)
NO_CLIENT: Final = re.compile(
    r"invalid_client|AADSTS700016|(unknown|invalid|no such) (client|application)"
    r"|(client|application)\S* (is )?(not found|unknown|invalid)",
    re.IGNORECASE,
)

Outcome = Literal["came back", "no callback", "no client", "error page", "elsewhere", "no answer"]


class Probe(NamedTuple):
    """What came of one request."""

    uri: str
    outcome: Outcome
    error: str = ""
    text: str = ""
    """What the tenant said, printable."""


async def look(case: Case, tell: Tell) -> None:
    """Ask once for each callback URL, all at a time."""
    found = await case.discovered()
    try:
        metadata = found.metadata(case.config.issuer)
    except DoorkeyError:
        metadata = None
    if metadata is None or found.members is None:
        why = "the tenant's metadata is not there to go by"
    elif metadata.demands_pushed_requests:
        why = "the tenant takes pushed requests only"
    else:
        probes = await _probes(case, metadata)
        for each in (client(probes, case.config), callback(probes, case.config)):
            tell(each)
        tell(request(probes, case.config, metadata))
        return
    for each in unknown(RULES, why):
        tell(each)


async def _probes(case: Case, metadata: Metadata) -> list[Probe]:
    http = HttpClient(case.world.tenant, CHECK_SECONDS)
    uris = case.config.redirect_uris[:MOST_PROBED]
    try:
        return list(await asyncio.gather(*(probe(http, case.config, metadata, u) for u in uris)))
    finally:
        await http.aclose()


async def probe(http: HttpClient, config: Config, metadata: Metadata, uri: str) -> Probe:
    """Send one authorization request that can sign nobody in, and read where it leads."""
    sent = re.sub(r":0(?=/)", f":{ANY_PORT}", uri)
    attempt = SignInAttempt.fresh(config, metadata, sent, SignInOptions(prompt="none"))
    try:
        url = attempt.url()
        answer = await http.exchange("GET", url)
    except (ExchangeFailed, ValueError):
        return Probe(uri, "no answer")
    location = answer.headers.get("location", "")
    if 300 <= answer.status < 400 and location:
        return _redirected(uri, sent, url, location)
    return _page(uri, answer)


def _redirected(uri: str, sent: str, asked: str, location: str) -> Probe:
    try:
        target = urlsplit(urljoin(asked, location))
        back = target._replace(query="", fragment="").geturl() == sent
        members = parse_qs(target.query, max_num_fields=100)
    except ValueError:
        return Probe(uri, "elsewhere")
    error = printable(members.get("error", [""])[0])[:100]
    text = _read(" ".join([error, *members.get("error_description", [])]))
    if back:
        return Probe(uri, "came back", error, text)
    return _judged(uri, error, text) if error else Probe(uri, "elsewhere")


def _page(uri: str, answer: Answer) -> Probe:
    members = answer.members() or {}
    error = printable(members.get("error", ""))[:100]
    text = _read(answer.body.decode("utf-8", "replace"))
    return _judged(uri, error, text) if 400 <= answer.status < 500 else Probe(uri, "elsewhere")


def _judged(uri: str, error: str, text: str) -> Probe:
    if NO_CALLBACK.search(text):
        return Probe(uri, "no callback", error, text)
    if NO_CLIENT.search(f"{error} {text}"):
        return Probe(uri, "no client", error, text)
    return Probe(uri, "error page", error, text)


def _read(text: str) -> str:
    return shortened(printable(text), LONGEST_PAGE)


def client(probes: list[Probe], config: Config) -> Row:
    """Say whether the tenant knows the client."""
    strange = next((each for each in probes if each.outcome == "no client"), None)
    shown = printable(config.client_id)
    if strange is not None:
        remedy = remedy_for("invalid_client", "unknown client", config)
        remedy = remedy_for(strange.error, strange.text, config) or remedy
        return row("client", "wrong", f"the tenant does not know the client {shown}", remedy)
    if any(each.outcome in ("came back", "no callback") for each in probes):
        return row("client", "ok", "the tenant knows it")
    return row("client", "unknown", "the tenant's answer does not tell whether it is known")


def callback(probes: list[Probe], config: Config) -> Row:
    """Say which callback URLs are registered."""
    remedy = f"Allow these as callback URLs of {printable(config.client_id)}, to the letter: "
    missing = [each.uri for each in probes if each.outcome == "no callback"]
    doubted = [each.uri for each in probes if each.outcome == "error page"]
    good = [each.uri for each in probes if each.outcome == "came back"]
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
    back = [each for each in probes if each.outcome == "came back"]
    if not back:
        return unknown(["request"], "no answer came back to a callback URL")[0]
    refused = next((each for each in back if each.error and each.error not in QUIET), None)
    if refused is None:
        return row("request", "ok", "the tenant takes scope, audience and parameters")
    remedy = remedy_for(refused.error, refused.text, config, metadata.scopes_supported)
    found = f"the tenant refuses a sign-in: {shortened(refused.text, 300)}"
    return row("request", "wrong", found, remedy or "Ask its administrator what this means.")
