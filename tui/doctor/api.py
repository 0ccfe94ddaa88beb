"""The API: whether it answers, what it demands of who brings no token, what it says of itself."""

from typing import Final

from tui.api.challenge import (
    challenges,
    metadata_path,
    parse_resource_metadata,
    token_challenge,
)
from tui.api.request import ApiRequest
from tui.config.load import Config
from tui.doctor.discovery import Case
from tui.doctor.row import Row, Tell, row, unknown
from tui.errors import DoorkeyError, ExchangeFailed
from tui.http.exchange import Answer, HttpClient
from tui.loopback_peer import name_of_holder
from tui.servers.bundled import api_server, may_have_bundled_api, may_have_local_tenant
from tui.servers.checks import CHECK_SECONDS, silent
from tui.text import printable

RULES: Final = ("api", "api-challenge", "api-metadata", "dpop")


async def look(case: Case, tell: Tell) -> None:
    """Call it without a token, then read the metadata that its challenge names."""
    config, url = case.config, case.config.api_url
    try:
        http = HttpClient(case.world.api, CHECK_SECONDS)
    except DoorkeyError:
        for each in unknown(RULES, "SSL_CERT_FILE has no certificates"):
            tell(each)
        return
    try:
        await case.world.require_name(url)
        answer = await http.exchange("GET", url + ApiRequest().path)
    except ExchangeFailed as failed:
        finding = silent(config, f"{url}: {failed}", failed.obstacle)
        tell(row("api", "wrong", finding.detail, finding.remedy))
        for each in unknown(RULES[1:], "the API does not answer"):
            tell(each)
    else:
        tell(await _who_answers(http, config))
        tell(challenge(answer))
        document = await _fetch_document(http, url, answer)
        tell(metadata(document, config))
        tell(dpop(answer, document, config))
    finally:
        await http.aclose()


async def _who_answers(http: HttpClient, config: Config) -> Row:
    """Judge who it is that answers: beside the local tenant, the bundled API is expected."""
    server = api_server(config)
    if not (may_have_bundled_api(config) and may_have_local_tenant(config)):
        return row("api", "ok", f"{config.api_url} answers")
    try:
        health = (await http.exchange("GET", server.health_url)).members() or {}
    except ExchangeFailed:
        health = {}
    if server.is_told_by(health):
        return row("api", "ok", f"{config.api_url} answers")
    held = name_of_holder(server.port) or "another program"
    found = f"{config.api_url} is answered by {held}, and not by the bundled API"
    return row("api", "warning", found, "End it, unless it is an API of yours.")


async def _fetch_document(http: HttpClient, url: str, answer: Answer) -> Answer | None:
    named = token_challenge(answer.headers.get("www-authenticate", "")).resource_metadata
    try:
        document = await http.exchange("GET", url + metadata_path(url, named))
    except ExchangeFailed:
        return None
    return document if document.status == 200 else None


def challenge(answer: Answer) -> Row:
    """Judge what an API says to who brings no token (RFC 6750 3)."""
    found = _schemes(answer)
    if answer.status == 401 and {"bearer", "dpop"} & found:
        return row("api-challenge", "ok", f"401 with {', '.join(sorted(found))}")
    if answer.status == 401:
        return row(
            "api-challenge",
            "warning",
            "401 without a challenge: an app cannot tell what is wanted",
            "Have the API send WWW-Authenticate: Bearer (RFC 6750 3).",
        )
    path = ApiRequest().path
    if answer.status < 300:
        return row(
            "api-challenge",
            "warning",
            f"{path} answers {answer.status} without any token",
            "Protect it, or know that everybody can call it.",
        )
    if answer.status >= 500:
        return row(
            "api-challenge",
            "warning",
            f"the API has an error of its own: {answer.status}",
            "Look into the API's log.",
        )
    return row("api-challenge", "unknown", f"{path} answers {answer.status}, which tells nothing")


def metadata(document: Answer | None, config: Config) -> Row:
    """Compare what the API publishes (RFC 9728) with the config."""
    body = document.body.decode("utf-8", "replace") if document else ""
    said = parse_resource_metadata(body)
    if said is None:
        return row("api-metadata", "unknown", "the API publishes none (RFC 9728)")
    resource = printable(said.resource, 200)
    servers = said.authorization_servers
    if servers and config.issuer not in servers:
        if config.issuer.rstrip("/") in [each.rstrip("/") for each in servers]:
            # Which spelling is right, the rule `issuer` says.
            return row("api-metadata", "unknown", "the API spells the issuer otherwise: see issuer")
        listed = printable(", ".join(servers), 200)
        return row(
            "api-metadata",
            "wrong",
            f"the API takes tokens of {listed}, not of {config.issuer}",
            "Correct `domain` or `apiUrl`: this API trusts another tenant.",
        )
    if said.resource != config.audience and said.resource.rstrip("/") == config.api_url:
        # Its address, as RFC 9728 3.3 wants it; its tenant may know it by another name.
        return row(
            "api-metadata",
            "warning",
            f"the API calls itself {resource}, and the config asks for {config.audience}",
            f'Where it refuses a token for its audience: "audience": "{resource}" in the config.',
        )
    if said.resource != config.audience:
        found = f"the API calls itself {resource}, the config asks for {config.audience}"
        return row("api-metadata", "wrong", found, f'Set "audience": "{resource}" in the config.')
    return row("api-metadata", "ok", "audience and tenant are those of the config")


def dpop(answer: Answer, document: Answer | None, config: Config) -> Row:
    """Look whether the API takes only tokens that are bound to a key (RFC 9449)."""
    said = (document.members() if document else None) or {}
    demanded = said.get("dpop_bound_access_tokens_required") is True
    if (demanded or _schemes(answer) == {"dpop"}) and not config.dpop:
        return row(
            "dpop",
            "wrong",
            "the API takes only tokens that are bound to a key (DPoP, RFC 9449)",
            'Set "dpop": true in the config, or let the API take bearer tokens, too.',
        )
    return row("dpop", "ok", "in use" if config.dpop else "not demanded")


def _schemes(answer: Answer) -> set[str]:
    return {each.scheme.lower() for each in challenges(answer.headers.get("www-authenticate", ""))}
