"""What the tenant answers to an authorization request that can sign nobody in.

It asks with `prompt=none`, and no redirect is followed. Where one leads to our URL, the tenant has
compared that with those that are registered (RFC 6749 3.1.2.4). Nothing keeps the request's state,
so that no sign-in can ever take an answer to it.
"""

import html
import re
from typing import Final, Literal, NamedTuple
from urllib.parse import parse_qs, quote, urljoin, urlsplit

from tui.auth.sign_in.attempt import SignInAttempt, SignInOptions
from tui.auth.tenant.metadata import Metadata
from tui.auth.tenant.provider import Provider
from tui.config.load import Config
from tui.errors import DoorkeyError, ExchangeFailed
from tui.http.exchange import Answer, HttpClient
from tui.json_value import duration_in
from tui.text import printable

ANY_PORT: Final = 53682
"""For a URI with port 0, which RFC 8252 7.3 has the tenant take with any."""

LONGEST_PAGE: Final = 20_000
"""Characters of an error page that are read."""

NO_CALLBACK: Final = re.compile(
    r"redirect.?ur[il]|callback|reply (url|address)|AADSTS50011", re.IGNORECASE
)
ENTRA_ERROR: Final = re.compile(r"AADSTS\d{4,8}")

TAG: Final = re.compile(r"<[^<>]*>")

NO_CLIENT: Final = re.compile(
    r"invalid_client|AADSTS700016|(unknown|invalid|no such) (client|application)"
    r"|(client|application)\S* (is )?(not found|unknown|invalid)",
    re.IGNORECASE,
)

Outcome = Literal[
    "came back", "no callback", "no client", "refused", "error page", "elsewhere", "no answer"
]
"""`refused` is a pushed request that is wrong in something else than its callback or client."""


class Probe(NamedTuple):
    """What came of one request."""

    uri: str
    outcome: Outcome
    error: str = ""
    text: str = ""
    """What the tenant said, printable."""


class Prober:
    """Asks one tenant; pushes its requests where a sign-in would."""

    def __init__(
        self, http: HttpClient, provider: Provider, config: Config, metadata: Metadata
    ) -> None:
        self._http = http
        self._provider = provider
        self._config = config
        self._metadata = metadata

    async def probe(self, uri: str) -> Probe:
        """Send one request for the callback URL `uri`, and read where it leads."""
        sent = re.sub(r":0(?=/)", f":{ANY_PORT}", uri)
        options = SignInOptions(prompt="none")
        attempt = SignInAttempt.fresh(self._config, self._metadata, sent, options)
        try:
            url = attempt.url()
            if self._is_pushed():
                pushed = await self._provider.push(attempt.parameters)
                request_uri = _request_uri(pushed)
                if not request_uri:
                    return _refused(uri, sent, pushed)
                url = attempt.url(request_uri)
            answer = await self._http.exchange("GET", url)
        except (DoorkeyError, ExchangeFailed, ValueError):
            return Probe(uri, "no answer")
        location = answer.headers.get("location", "")
        if 300 <= answer.status < 400 and location:
            return _redirected(uri, sent, url, location)
        return _page(uri, sent, answer)

    def _is_pushed(self) -> bool:
        wanted = self._metadata.demands_pushed_requests or self._config.pushed_requests
        return wanted and bool(self._metadata.pushed_request_endpoint)


def _request_uri(pushed: Answer) -> str:
    members = pushed.members() or {}
    uri = members.get("request_uri")
    is_good = pushed.status < 400 and duration_in(members.get("expires_in"))
    return uri if is_good and isinstance(uri, str) else ""


def _refused(uri: str, sent: str, pushed: Answer) -> Probe:
    found = _page(uri, sent, pushed)
    return found._replace(outcome="refused") if found.outcome == "error page" else found


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


def _page(uri: str, sent: str, answer: Answer) -> Probe:
    members = answer.members() or {}
    error = printable(members.get("error", ""))[:100]
    said = f"{error} {members.get('error_description', '')}" if error else ""
    text = _without_echo(_words(said or answer.body.decode("utf-8", "replace")), sent)
    # Entra ID shows some of its errors with a 200.
    if 400 <= answer.status < 500 or ENTRA_ERROR.search(text):
        return _judged(uri, error, text)
    return Probe(uri, "elsewhere")


def _words(page: str) -> str:
    """Return what a person reads of a page, and Entra ID's codes wherever they stand."""
    raw = page[:LONGEST_PAGE]
    codes = " ".join(ENTRA_ERROR.findall(raw))
    for tag in ("script", "style"):
        raw = _without_element(tag, raw)
    return _read(html.unescape(f"{codes} {TAG.sub(' ', raw)}"))


def _without_element(tag: str, page: str) -> str:
    lower, parts, at = page.lower(), [], 0
    while (start := lower.find(f"<{tag}", at)) >= 0:
        parts.append(page[at:start])
        at = lower.find(f"</{tag}", start)
        if at < 0:
            return "".join(parts)
    return "".join(parts) + page[at:]


def _without_echo(text: str, sent: str) -> str:
    """Take out what the page repeats of the request: it speaks of a callback in any case."""
    for echo in (sent, quote(sent), quote(sent, safe="")):
        text = re.sub(re.escape(echo), " ", text, flags=re.IGNORECASE)
    return re.sub(r"redirect_uri=", " ", text)


def _judged(uri: str, error: str, text: str) -> Probe:
    if NO_CALLBACK.search(text):
        return Probe(uri, "no callback", error, text)
    if NO_CLIENT.search(f"{error} {text}"):
        return Probe(uri, "no client", error, text)
    return Probe(uri, "error page", error, text)


def _read(text: str) -> str:
    return printable(text, LONGEST_PAGE)
