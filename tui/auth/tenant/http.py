"""HTTP with the tenant: what the one exchange of this side brings, in words about the tenant."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Final
from urllib.request import getproxies

from tui.auth.clock_skew import seconds_to_wait
from tui.auth.tenant.metadata import WELL_KNOWN
from tui.errors import (
    LOOK_AT_TENANT,
    START_TENANT,
    ExchangeFailed,
    TenantMisbehaved,
    TenantUnreachable,
)
from tui.http.exchange import EXCHANGE_SECONDS, Answer, HttpClient
from tui.http.other_scheme import write_so
from tui.moments import length_to_wait
from tui.text import redact
from tui.web_address import WebAddress, split_web_address

if TYPE_CHECKING:
    import httpx

WAIT_AND_TRY_AGAIN: Final = frozenset({408, 425, 429, 500, 502, 503, 504})

NO_HEADERS: Final[Mapping[str, str]] = {}

PUBLIC_FIELDS: Final = frozenset(
    {"audience", "client_id", "grant_type", "redirect_uri", "resource", "scope", "token_type_hint"}
)
"""What a refusal may repeat of a form; everything else in one is a secret."""


class TenantHttp:
    """The one way to the tenant's endpoints. Call `aclose` when done."""

    def __init__(
        self,
        transport: "httpx.AsyncBaseTransport | None" = None,
        exchange_seconds: float = EXCHANGE_SECONDS,
        secrets: Sequence[str] = (),
        learn: Callable[[str, Mapping[str, str]], None] = lambda _url, _headers: None,
        *,
        is_local: bool = False,
        is_ours: bool = False,
    ) -> None:
        """Make ready; `secrets` are never repeated from a refusal, in whatever form they were sent.

        `learn` is told of the headers of every answer, with the URL that was asked. Who asks plain
        http on this machine alone (`is_local`) does without the roots of TLS. Where whoever is
        silent on this machine is the local tenant (`is_ours`), the commands that start it are told.

        Raises:
            ConfigInvalid: `SSL_CERT_FILE` has no certificates.
        """
        self._client = HttpClient(transport, exchange_seconds, is_local=is_local)
        self.secrets = secrets
        self._learn = learn
        self._is_ours = is_ours

    async def get(self, url: str, headers: Mapping[str, str] = NO_HEADERS) -> Answer:
        """Fetch `url`.

        Raises:
            TenantUnreachable: no answer, or one that asks to come back later.
            TenantMisbehaved: a redirect, a compressed body, or one over 1 MiB.
        """
        return await self._exchange("GET", url, headers)

    async def post(
        self, url: str, form: Mapping[str, str], headers: Mapping[str, str] = NO_HEADERS
    ) -> Answer:
        """Send `form` to `url`; raises as `get` does. What a refusal repeats of it is taken out."""
        answer = await self._exchange("POST", url, headers, form)
        if answer.status < 400:
            return answer
        body = answer.body.decode("utf-8", "replace")
        # An authorization request holds nothing that a browser may not show; it is long, and a
        # refusal may well repeat a word of it.
        is_shown = "response_type" in form
        private = [] if is_shown else [form[name] for name in form if name not in PUBLIC_FIELDS]
        body = redact((*private, *headers.values(), *self.secrets), body, "[left out]")
        return replace(answer, body=body.encode())

    async def aclose(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    async def _exchange(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        form: Mapping[str, str] | None = None,
    ) -> Answer:
        address = split_web_address(url)
        try:
            answer = await self._client.exchange(method, url, headers, form)
        except ExchangeFailed as failed:
            raise explain_failure(address, failed, is_ours=self._is_ours) from None
        self._learn(url, answer.headers)
        host = address.netloc
        if answer.is_cut:
            raise TenantMisbehaved(
                f"{host} sent more than 1 MiB where a short answer is expected. "
                "Check `domain` in the config."
            )
        if 300 <= answer.status < 400:
            raise leads_elsewhere(address, answer.status)
        if answer.status in WAIT_AND_TRY_AGAIN:
            what = "has an error of its own" if answer.status == 500 else "is busy or down for now"
            seconds = seconds_to_wait(answer.headers)
            later = try_again(seconds)
            trouble = TenantUnreachable(
                f"{host} {what}: it answered with {answer.status}. {later}.", seconds
            )
            trouble.next_step = f"{later}; the session stays as it is."
            raise trouble
        return answer


def try_again(seconds: int | None) -> str:
    """Say when to try again: as the tenant asks, or later where it asks for nothing."""
    return f"Try again {'later' if seconds is None else f'in {length_to_wait(seconds)}'}"


def leads_elsewhere(address: WebAddress, status: int) -> TenantMisbehaved:
    """Say that a redirect came where none is followed (security.md 19)."""
    return TenantMisbehaved(
        f"{address.netloc} answered {address.path} with a redirect ({status}); "
        "a direct answer is expected there. Check `domain` in the config."
    )


def explain_failure(
    address: WebAddress, failed: ExchangeFailed, *, is_ours: bool = False
) -> TenantUnreachable | TenantMisbehaved:
    """Say in words about the tenant why no answer came from `address`, and what to do."""
    host = address.netloc
    if failed.obstacle == "encoded":
        return TenantMisbehaved(f"{host} cannot be understood: {failed}. Tell its administrator.")
    if failed.obstacle == "timeout":
        return TenantUnreachable(f"{host} did not answer in time ({failed}). Try again later.")
    if failed.obstacle == "proxy":
        return TenantUnreachable(
            f"The proxy on the way to {host} refused: {failed}. Check HTTPS_PROXY and NO_PROXY."
        )
    if failed.obstacle == "untrusted":
        return TenantUnreachable(
            f"{host} has a TLS certificate that this machine does not trust: {failed}. "
            "Behind a company's proxy, SSL_CERT_FILE names the certificates to trust."
        )
    if failed.obstacle == "tls":
        return TenantUnreachable(
            f"{host} does not speak TLS as expected: {failed}. Check `domain` in the config, "
            "and its port: https is expected there."
        )
    if failed.obstacle == "scheme":
        return TenantUnreachable(f"{host} {failed}. {_to_write(address)}")
    if failed.obstacle == "broken":
        return TenantUnreachable(f"{host} broke off its answer ({failed}). Try again later.")
    remedy = _what_to_do(address, failed, is_ours=is_ours)
    return TenantUnreachable(f"{host} cannot be reached ({failed}). {remedy}")


def _to_write(address: WebAddress) -> str:
    """Say what `domain` should be where the port speaks the other scheme."""
    path, mark, _ = address.path.partition(WELL_KNOWN)
    if not mark:
        return "The address is the tenant's own: correct its discovery document."
    return write_so("domain", address, path or "/")


def _what_to_do(address: WebAddress, failed: ExchangeFailed, *, is_ours: bool) -> str:
    if failed.obstacle == "foreign":
        return "Nothing was sent there. Take another port, or ask them to free it."
    if address.is_local:
        return START_TENANT if is_ours else LOOK_AT_TENANT
    if getproxies().keys() & {"https", "http", "all"}:
        return "Check the proxy that HTTPS_PROXY names, the network, and `domain` in the config."
    return "Check the network, and `domain` in the config."
