"""What a rule is; refusals in the codes of the standards (RFC 6749, 8707, 9126, 9449, OIDC)."""

import re
from dataclasses import dataclass
from typing import Final, Literal


@dataclass(frozen=True, slots=True)
class Rule:
    """One kind of refusal and its remedy."""

    name: str
    errors: tuple[str, ...]
    """The codes it comes with (RFC 6749 4.1.2.1, 5.2 and others); empty for any."""
    words: str
    """A regular expression that the tenant's own text must match; empty for any text."""
    remedy: str
    """One or two sentences; `{audience}` and the other facts of `_facts` may stand in them."""
    client: Literal["any", "public", "confidential"] = "any"

    def fits(self, error: str, text: str, *, has_secret: bool) -> bool:
        """Return whether a refusal with this code and text is of this kind."""
        return (
            (not self.errors or error in self.errors)
            and (not self.words or re.search(self.words, text, re.IGNORECASE) is not None)
            and self.client in ("any", "confidential" if has_secret else "public")
        )


STANDARD_RULES: Final = (
    Rule(
        "second-factor",
        ("mfa_required", "mfa_registration_required"),
        "",
        "The tenant wants a second factor, which a renewal cannot show: sign in again (doorkey "
        "login). To be spared that, leave renewals out of the tenant's second-factor rule.",
    ),
    Rule(
        "pushed-requests",
        (),
        r"pushed authorization request|\bPAR\b|request_uri.*(required|must)",
        "The tenant takes this client's requests only where they are pushed (RFC 9126): set "
        "`pushedRequests` to true in the config, or allow ordinary ones for {client} in its "
        "settings.",
    ),
    Rule(
        "bound-tokens",
        ("invalid_dpop_proof", "use_dpop_nonce"),
        "",
        "The tenant binds this client's tokens to a key (DPoP, RFC 9449): {bound}.",
    ),
    Rule(
        "bound-tokens-in-words",
        ("invalid_request", "invalid_client", "invalid_grant"),
        r"\bdpop\b",
        "The tenant binds this client's tokens to a key (DPoP, RFC 9449): {bound}.",
    ),
    Rule(
        "proof-key",
        ("invalid_request", "invalid_grant"),
        r"code_challenge|code_verifier|\bPKCE\b",
        "Doorkey sends PKCE with S256 always. Set S256 as the method of the client {client}.",
    ),
    Rule(
        "callback",
        ("invalid_request", "invalid_redirect_uri", "redirect_uri_mismatch", "invalid_grant"),
        "redirect.?uri",
        "Allow the URLs of `redirectUris` for the client {client}: {callbacks}.",
    ),
    Rule(
        "client-unknown",
        ("invalid_client", "unauthorized_client", "invalid_request"),
        r"(client|application).*(unknown|not found|not exist|not registered|invalid client.?id)|"
        r"unknown client|invalid client.?id",
        "Correct `clientId` in the config: the tenant does not know {client}.",
    ),
    Rule(
        "secret-missing",
        ("invalid_request", "invalid_client", "unauthorized_client"),
        r"client_secret.{0,20}(missing|required)|(missing|requires?).{0,40}client_secret",
        "The tenant demands a client secret even of this native client: have doorkey init keep the "
        "one that it shows for {client} in the keyring, or set DOORKEY_CLIENT_SECRET.",
        client="public",
    ),
    Rule(
        "api-unknown",
        ("invalid_target",),
        "",
        "The tenant knows no API {audience}, or not for this client: correct `audience` in the "
        "config, or register the API under exactly this identifier.",
    ),
    Rule(
        "scope-unlisted",
        ("invalid_scope",),
        "",
        "{unlisted}correct {scope_at} ({scope}), or allow it for the client {client}.",
    ),
    Rule(
        "secret-wrong",
        ("invalid_client",),
        "",
        "Correct `clientSecret` in the config, or DOORKEY_CLIENT_SECRET; a public native client "
        "has none.",
        client="confidential",
    ),
    Rule(
        "secret-demanded",
        ("invalid_client",),
        "",
        "Register {client} as a public native client (authentication method none). Where the "
        "tenant demands a secret all the same, set `clientSecret`, or DOORKEY_CLIENT_SECRET.",
    ),
    Rule(
        "grant-not-allowed",
        ("unauthorized_client", "unsupported_grant_type"),
        "",
        "Allow the grants authorization code and refresh token for the client {client}; for "
        "--device the device grant, too.",
    ),
    Rule(
        "code-flow-not-allowed",
        ("unsupported_response_type",),
        "",
        "Allow the authorization code flow (response_type code) for the client {client}.",
    ),
    Rule(
        "consent",
        ("consent_required",),
        "",
        "Nobody has consented yet: doorkey login --prompt consent.",
    ),
    Rule(
        "must-ask",
        ("login_required", "interaction_required", "account_selection_required"),
        "",
        "The tenant would have to ask something, which prompt=none forbids: {prompt}.",
    ),
    Rule(
        "too-weak",
        ("unmet_authentication_requirements",),
        "",
        "The tenant cannot sign this person in as was asked for (--acr-values); ask for less.",
    ),
    Rule(
        "later",
        ("server_error", "temporarily_unavailable"),
        "",
        "This is the tenant's own trouble: try again later, or look into its log.",
    ),
    Rule(
        "administrator",
        ("admin_policy_enforced", "org_internal"),
        "",
        "The person's organization does not allow this client: have an administrator allow "
        "{client}, or sign in with another account.",
    ),
)
