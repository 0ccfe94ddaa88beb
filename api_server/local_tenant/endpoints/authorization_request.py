"""What a client asks for at the authorization endpoint, checked."""

import re
from dataclasses import dataclass
from typing import Final

from api_server.local_tenant.endpoints.parameters import Parameters, read_audience, read_scope
from api_server.local_tenant.errors import BrowserStopped, RequestRefused
from api_server.local_tenant.records.grants import AccessRequest
from api_server.local_tenant.records.people import ACR, ONE_FACTOR
from api_server.local_tenant.redirect_uri import is_registered
from api_server.local_tenant.settings import Settings

PROMPTS: Final = ("none", "login", "consent", "select_account")
SHA256: Final = re.compile(r"[A-Za-z0-9_-]{43}")
"""This long, no more and no less: a code_challenge or dpop_jkt (RFC 7636 4.2, RFC 7638 3)."""

UNSUPPORTED: Final = ("request", "request_uri", "registration")
"""Each has an error of its own (OIDC Core 3.1.2.6)."""

MAX_AGE: Final = re.compile(r"[0-9]{1,10}")


@dataclass(frozen=True, slots=True)
class ReturnAddress:
    """Where the answer goes, which is known before anything else is."""

    redirect_uri: str
    state: str | None


@dataclass(frozen=True, slots=True)
class AuthorizationRequest(AccessRequest):
    """One request that may be answered with a code."""

    address: ReturnAddress
    nonce: str | None
    code_challenge: str
    dpop_jkt: str | None
    """The thumbprint of the key that the code is for (RFC 9449 10)."""


def check_address(parameters: Parameters, settings: Settings) -> ReturnAddress:
    """Return where to answer; raise BrowserStopped: nobody may be sent to a wrong address."""
    repeated = parameters.repeated()
    client_id, uri = parameters.get("client_id"), parameters.get("redirect_uri")
    if client_id != settings.client_id or "client_id" in repeated:
        raise BrowserStopped(
            "Unknown client",
            f"The app that sent you here says it is “{(client_id or '')[:80]}”. "
            f"This tenant knows “{settings.client_id}” only. Compare clientId in the app's "
            "auth_config.json with the one that this tenant was started with.",
        )
    if uri is None or "redirect_uri" in repeated or not is_registered(uri, settings.redirect_uris):
        raise BrowserStopped(
            "Unknown return address",
            f"The app wants you sent back to “{(uri or '')[:200]}”, which is not registered "
            f"here. Registered: {', '.join(settings.redirect_uris)}. Nobody was sent anywhere.",
        )
    return ReturnAddress(uri, None if "state" in repeated else parameters.get("state"))


def check_request(
    parameters: Parameters, address: ReturnAddress, settings: Settings
) -> AuthorizationRequest:
    """Check all the rest (OIDC Core 3.1.2.2); raise RequestRefused, which goes to the address."""
    parameters.refuse_repeated()
    _check_unsupported(parameters)
    _check_response(parameters)
    return AuthorizationRequest(
        address=address,
        client_id=settings.client_id,
        scope=read_scope(parameters),
        audience=read_audience(parameters, settings),
        nonce=parameters.get("nonce"),
        code_challenge=_read_challenge(parameters),
        dpop_jkt=_read_dpop_jkt(parameters),
        prompt=_read_prompt(parameters),
        max_age_seconds=_read_max_age(parameters),
        login_hint=parameters.get("login_hint"),
        acr=_read_acr(parameters),
    )


def _check_unsupported(parameters: Parameters) -> None:
    for name in UNSUPPORTED:
        if parameters.get(name) is not None:
            raise RequestRefused(f"{name}_not_supported", f"The parameter {name} is not supported.")


def _check_response(parameters: Parameters) -> None:
    if parameters.require("response_type") != "code":
        raise RequestRefused("unsupported_response_type", "The only response_type here is code.")
    if parameters.get("response_mode") not in (None, "query"):
        raise RequestRefused("invalid_request", "The only response_mode here is query.")


def _read_challenge(parameters: Parameters) -> str:
    challenge = parameters.get("code_challenge")
    if challenge is None:
        raise RequestRefused("invalid_request", "PKCE is required: code_challenge is missing.")
    if parameters.get("code_challenge_method") != "S256":
        raise RequestRefused("invalid_request", "The code_challenge_method must be S256.")
    if not SHA256.fullmatch(challenge):
        raise RequestRefused(
            "invalid_request", "The code_challenge must be 43 letters of base64url."
        )
    return challenge


def _read_dpop_jkt(parameters: Parameters) -> str | None:
    thumbprint = parameters.get("dpop_jkt")
    if thumbprint is not None and not SHA256.fullmatch(thumbprint):
        raise RequestRefused("invalid_request", "The dpop_jkt must be 43 letters of base64url.")
    return thumbprint


def _read_prompt(parameters: Parameters) -> frozenset[str]:
    prompt = frozenset((parameters.get("prompt") or "").split())
    if not prompt <= frozenset(PROMPTS):
        raise RequestRefused("invalid_request", f"A prompt can be: {' '.join(PROMPTS)}")
    if "none" in prompt and len(prompt) > 1:
        raise RequestRefused("invalid_request", "The prompt none goes with no other.")
    return prompt


def _read_acr(parameters: Parameters) -> str:
    """Return the first value that is known here: the parameter is a wish (OIDC Core 5.5.1.1)."""
    asked = (parameters.get("acr_values") or "").split()
    return next((value for value in asked if value in ACR), ONE_FACTOR)


def _read_max_age(parameters: Parameters) -> int | None:
    text = parameters.get("max_age")
    if text is None:
        return None
    if not MAX_AGE.fullmatch(text):
        raise RequestRefused("invalid_request", "The max_age must be a number of seconds.")
    return int(text)
