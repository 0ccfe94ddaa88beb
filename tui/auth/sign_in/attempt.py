"""One sign-in: what is asked of the tenant, and whether an answer is the answer to it.

Authorization code with Proof Key for Code Exchange (RFC 7636), S256 only.
"""

import hashlib
import hmac
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Literal
from urllib.parse import SplitResult, parse_qsl, urlsplit

from tui.auth.dpop.session_key import SessionKey
from tui.auth.tenant.metadata import Metadata
from tui.auth.tenant.remedies.explain import explain_refusal
from tui.base64url import encode_base64url
from tui.errors import SignInRefused
from tui.text import in_brackets, printable
from tui.web_address import split_web_address, with_query

if TYPE_CHECKING:
    from tui.config.load import Config

Way = Literal["browser", "paste", "device"]
"""How a person signs in: a browser on this machine, one elsewhere, or a code on another device."""

PATIENCE_SECONDS: Final = 300.0
"""How long a sign-in waits for the browser: time for a password manager and a second factor."""

VERIFIER_BYTES: Final = 48
"""48 random bytes make a verifier of 64 characters; RFC 7636 4.1 allows 43 to 128."""

STATE_BYTES: Final = 32
"""256 bits; RFC 6749 10.10 asks for a chance of guessing of at most 2^-128."""

MOST_PARAMETERS: Final = 50
"""An authorization response has four; one with more is refused."""

ONCE: Final = ("code", "state", "error", "iss")
"""Parameters that must not come twice (RFC 6749 3.1)."""

QUERY_STARTS: Final = ("?", "code=", "state=", "error=", "iss=")
"""How the query of an answer begins where a person copied nothing but that."""

BY_THE_PERSON: Final = re.compile(
    r"\b(user|person|owner)\b.*\b(denied|declined|cancell?ed|rejected|refused|aborted"
    r"|did ?n[o']t (allow|authori[sz]e|consent))",
    re.IGNORECASE,
)
"""Words of tenants for a refusal by the person, not by the tenant."""


@dataclass(frozen=True, slots=True)
class SignInOptions:
    """The optional parameters of one authorization request (Core 3.1.2.1); empty means unasked."""

    way: Way = "browser"
    """`browser` has all the ways side by side, `paste` needs no free port, `device` is alone."""
    open_browser: bool = True
    prompt: str = ""
    login_hint: str = ""
    acr_values: str = ""
    connection: str = ""
    """Auth0's name for where the person's account is, such as `google-oauth2`."""
    organization: str = ""
    scope: str = ""
    """Instead of the config's."""
    max_age_seconds: int | None = None
    patience_seconds: float = PATIENCE_SECONDS

    def parameters(self) -> dict[str, str]:
        """Return the parameters that were asked for, by their names in the request."""
        max_age = "" if self.max_age_seconds is None else str(self.max_age_seconds)
        asked = {
            "prompt": self.prompt,
            "login_hint": self.login_hint,
            "acr_values": self.acr_values,
            "max_age": max_age,
            "connection": self.connection,
            "organization": self.organization,
        }
        return {name: value for name, value in asked.items() if value}


@dataclass(frozen=True, slots=True)
class ProofKey:
    """One sign-in's secret and what the tenant is shown of it."""

    verifier: str = field(repr=False)

    @classmethod
    def fresh(cls) -> "ProofKey":
        """Draw a new verifier from the system's randomness."""
        return cls(secrets.token_urlsafe(VERIFIER_BYTES))

    @property
    def challenge(self) -> str:
        """BASE64URL(SHA-256(verifier)), without padding (RFC 7636 4.2)."""
        digest = hashlib.sha256(self.verifier.encode("ascii")).digest()
        return encode_base64url(digest)


class ForeignAnswer(Exception):
    """An answer that is not to this sign-in; it goes on waiting. The message is for people."""


@dataclass(frozen=True, slots=True)
class SignInAttempt:
    """One attempt's question, with its one-shot state, nonce and verifier."""

    config: "Config"
    metadata: Metadata
    redirect_uri: str
    options: SignInOptions
    state: str = field(repr=False)
    nonce: str = field(repr=False)
    proof_key: ProofKey
    key: SessionKey | None = None
    """What the tokens are to be bound to."""

    @classmethod
    def fresh(
        cls, config: "Config", metadata: Metadata, redirect_uri: str, options: SignInOptions
    ) -> "SignInAttempt":
        """Draw state, nonce and verifier from the system's randomness."""
        return cls(
            config,
            metadata,
            redirect_uri,
            options,
            state=secrets.token_urlsafe(STATE_BYTES),
            nonce=secrets.token_urlsafe(STATE_BYTES),
            proof_key=ProofKey.fresh(),
            key=SessionKey.fresh() if config.dpop else None,
        )

    @property
    def scope(self) -> str:
        """The scopes that are asked for, separated by spaces."""
        return self.options.scope or self.config.scope

    @property
    def organization(self) -> str:
        """Which organization the person must be in, whoever asks for it; empty if nobody does."""
        return self._asked.get("organization", "")

    @property
    def max_age_seconds(self) -> int | None:
        """How long ago the person may have signed in at the tenant; None if nobody asks."""
        max_age = self._asked.get("max_age")
        return None if max_age is None else int(max_age)

    def explained(self, refusal: SignInRefused) -> SignInRefused:
        """Return the tenant's refusal of this request with what helps behind it."""
        asked = {"scope": self.options.scope, **self.options.parameters()}
        return explain_refusal(refusal, self.config, self.metadata, asked)

    @property
    def _asked(self) -> dict[str, str]:
        """What is asked for beside the protocol's own: by the config, and rather by options."""
        return {**self.config.authorization_params, **self.options.parameters()}

    @property
    def parameters(self) -> dict[str, str]:
        """The authorization request (RFC 6749 4.1.1)."""
        config = self.config
        parameters = {
            **self._asked,
            "response_type": "code",
            "client_id": config.client_id,
            "redirect_uri": self.redirect_uri,
            "scope": self.scope,
            "state": self.state,
            "nonce": self.nonce,
            "code_challenge": self.proof_key.challenge,
            "code_challenge_method": "S256",
        }
        if config.audience_parameter != "none":
            parameters[config.audience_parameter] = config.audience
        if self.key is not None:
            parameters["dpop_jkt"] = self.key.thumbprint  # RFC 9449 10: binds the code, too
        return parameters

    def url(self, request_uri: str = "") -> str:
        """Return the authorization URL, fit for a browser; short where the request was pushed.

        Raises:
            ValueError: it has a character that has no place in a URL.
        """
        parameters = self.parameters
        if request_uri:  # RFC 9126 4
            parameters = {"client_id": self.config.client_id, "request_uri": request_uri}
        url = with_query(self.metadata.authorization_endpoint, parameters)
        split_web_address(url)
        return url

    def code_in(self, query: str) -> str:
        """Return the authorization code of an answer's query (RFC 6749 4.1.2).

        Raises:
            ForeignAnswer: not to this sign-in, or not an answer at all; keep waiting.
            SignInRefused: the tenant's answer to this sign-in, and it is no.
        """
        parameters = _parameters(query)
        self._check_state(parameters)
        self._check_issuer(parameters)
        if "error" in parameters:
            raise self.explained(refusal_in(parameters))
        code = parameters.get("code")
        if not code:
            raise ForeignAnswer("This address has neither a code nor an error in it.")
        return code

    def code_in_url(self, pasted: str) -> str:
        """Return the code of an answer pasted as a whole address; raises as `code_in`.

        What browsers hide of an address may be missing, and wrapped lines may have broken it.
        """
        text, expected = "".join(pasted.split()), urlsplit(self.redirect_uri)
        if text.startswith(expected.netloc):
            text = f"{expected.scheme}://{text}"
        if text.startswith(QUERY_STARTS):
            return self.code_in(text.removeprefix("?"))
        answered = _split(text)
        if answered is None or (answered.scheme, answered.netloc, answered.path) != (
            expected.scheme,
            expected.netloc,
            expected.path,
        ):
            raise ForeignAnswer(f"The address must start with {self.redirect_uri}?")
        return self.code_in(answered.query)

    def _check_state(self, parameters: Mapping[str, str]) -> None:
        found = parameters.get("state", "").encode("utf-8", "replace")
        if not hmac.compare_digest(found, self.state.encode("ascii")):
            raise ForeignAnswer("This answer belongs to another sign-in.")

    def _check_issuer(self, parameters: Mapping[str, str]) -> None:
        issuer = parameters.get("iss")
        if issuer is None:
            # Some tenants that advertise it leave it out of errors (providers.md).
            if self.metadata.answers_with_iss and "error" not in parameters:
                raise SignInRefused(
                    "The tenant says that it names itself in its answers (RFC 9207), "
                    "but this answer names nobody. Sign in again.",
                    "iss_missing",
                )
        elif issuer != self.metadata.issuer:
            raise SignInRefused(
                f'The answer came from "{printable(issuer, 200)}", not from '
                f'"{self.metadata.issuer}" (RFC 9207). Sign in again.',
                "iss_mismatch",
            )


def bare_code(pasted: str) -> str:
    """Return the code where nothing but a code was pasted, else an empty string.

    A code is any visible ASCII (RFC 6749 A.11), but an address or a query is none.
    """
    text = pasted.strip()
    is_code = text.isascii() and text.isprintable() and not any(mark in text for mark in " ?&")
    return text if is_code and "://" not in text and not text.startswith(QUERY_STARTS) else ""


def _split(text: str) -> SplitResult | None:
    try:
        return urlsplit(text)
    except ValueError:
        return None


def _parameters(query: str) -> dict[str, str]:
    try:
        pairs = parse_qsl(query, keep_blank_values=True, max_num_fields=MOST_PARAMETERS)
    except ValueError:
        raise ForeignAnswer("This address has too many parameters for an answer.") from None
    names = [name for name, _ in pairs]
    repeated = next((name for name in ONCE if names.count(name) > 1), None)
    if repeated:
        raise ForeignAnswer(f'This address has the parameter "{repeated}" more than once.')
    return dict(pairs)


def refusal_in(parameters: Mapping[str, str]) -> SignInRefused:
    """Return what an error of the tenant says to people (RFC 6749 4.1.2.1)."""
    error = parameters["error"]
    shown = printable(error, 100)
    described = printable(parameters.get("error_description", ""), 300)
    if error == "access_denied":
        if not described:
            words = "You did not allow it: access was denied"
        elif BY_THE_PERSON.search(described):
            words = "You did not allow it"
        else:
            words = "The tenant did not let you in: access was denied"
        return SignInRefused(f"{words}{in_brackets(described)}.", error)
    return SignInRefused(f"The tenant refused the sign-in: {shown}{in_brackets(described)}.", error)
