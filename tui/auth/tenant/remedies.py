"""What helps against a tenant's refusal, by its error code and by the words of its vendor.

The table is read from the top: the first rule that fits counts, so the vendors' own words come
before the codes of the standards.
"""

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, TypeVar

from tui.errors import GrantRefused, SignInRefused
from tui.text import printable, shortened

if TYPE_CHECKING:
    from tui.auth.tenant.metadata import Metadata
    from tui.config.load import Config

Refusal = TypeVar("Refusal", SignInRefused, GrantRefused)

FEW: Final = 300
"""Characters of a list that a tenant or a config wrote: nobody reads more in a message."""


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


RULES: Final = (
    Rule(
        "entra-public-client",
        (),
        "AADSTS7000218",
        "Entra ID takes this client for one with a secret. In App registrations, Authentication: "
        'add the platform "Mobile and desktop applications" with the callback URL, and set "Allow '
        'public client flows" to Yes.',
    ),
    Rule(
        "entra-secret-wrong",
        (),
        "AADSTS7000215|AADSTS7000222",
        "`clientSecret` is not the secret of {client}, or it has expired: make a new one in App "
        "registrations, Certificates & secrets; better none, with a public client.",
    ),
    Rule(
        "entra-client-unknown",
        (),
        "AADSTS700016",
        "`clientId` ({client}) is not registered in the tenant of `domain`. Check both in the "
        "config.",
    ),
    Rule(
        "entra-spa",
        (),
        "AADSTS900232[67]",
        "The callback URL is registered for a single-page application. In App registrations, "
        'Authentication, move it to the platform "Mobile and desktop applications".',
    ),
    Rule(
        "entra-callback",
        (),
        "AADSTS50011",
        "Allow the callback URLs of `redirectUris` in App registrations, Authentication, platform "
        '"Mobile and desktop applications".',
    ),
    Rule(
        "entra-consent",
        (),
        "AADSTS65001|AADSTS90094",
        "Nobody has consented to these scopes: doorkey login --prompt consent, or have an "
        "administrator grant it in API permissions.",
    ),
    Rule(
        "entra-other-tenant",
        (),
        "AADSTS50020|AADSTS50194|AADSTS500208",
        "This account is not of the tenant in `domain`. Put the tenant's own "
        "https://login.microsoftonline.com/TENANT-ID/v2.0 there, or invite the account.",
    ),
    Rule(
        "entra-not-assigned",
        (),
        "AADSTS50105",
        "Assign the person to the application in Enterprise applications, Users and groups.",
    ),
    Rule(
        "entra-second-factor",
        (),
        "AADSTS5007[69]|AADSTS50158",
        "The tenant wants a second factor, which a renewal cannot show: doorkey login.",
    ),
    Rule(
        "entra-resource",
        (),
        "AADSTS901002|AADSTS9010010",
        'Entra ID takes no `resource`: set "audienceParameter": "none", and ask for the API in '
        "`scope`, as api://APP-ID/.default.",
    ),
    Rule(
        "entra-api-unknown",
        (),
        "AADSTS500011|AADSTS650057|AADSTS650053",
        "The API in `scope` ({scope}) is not registered in this tenant, or not among the client's "
        "API permissions.",
    ),
    Rule(
        "entra-scope",
        (),
        "AADSTS70011|AADSTS28000",
        "Entra ID takes the scopes of one API at a time, as api://APP-ID/NAME: correct `scope` in "
        "the config ({scope}).",
    ),
    Rule(
        "google-offline",
        ("invalid_scope",),
        r"https://accounts\.google\.com$",
        "Google takes no offline_access: take it out of `scope`, and add "
        '"authorizationParams": {{"access_type": "offline", "prompt": "consent"}} to the config.',
    ),
    Rule(
        "auth0-api-unknown",
        (),
        "Service not found",
        "The tenant knows no API {audience}: correct `audience` in the config, or create the API "
        "under exactly this identifier (Auth0: Applications, APIs).",
    ),
    Rule(
        "auth0-api-not-allowed",
        (),
        "not authorized to access (resource server|this api|the api)",
        "Allow the client {client} for the API {audience} (Auth0: Applications, APIs, the API, "
        "Application Access).",
    ),
    Rule(
        "auth0-organization",
        (),
        r"\borganization\b.*\b(required|missing|must)|parameter organization",
        "The client signs people in to an organization: doorkey login --organization NAME, or "
        '"authorizationParams": {{"organization": "NAME"}} in the config.',
    ),
    Rule(
        "okta-not-assigned",
        ("access_denied",),
        "not assigned to the client",
        "Assign the person or their group to the client {client} (Okta: Applications, "
        "Assignments).",
    ),
    Rule(
        "okta-policy",
        ("access_denied",),
        "policy evaluation failed",
        "No access policy of the authorization server lets the client {client} in (Okta: Security, "
        "API, Authorization Servers, Access Policies).",
    ),
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
        "The tenant takes this client's requests only where they are pushed (RFC 9126). Allow "
        "ordinary ones for {client} in its settings.",
    ),
    Rule(
        "bound-tokens",
        ("invalid_dpop_proof", "use_dpop_nonce"),
        "",
        "The tenant binds this client's tokens to a key (DPoP, RFC 9449). Allow bearer tokens for "
        "{client} in its settings.",
    ),
    Rule(
        "bound-tokens-in-words",
        ("invalid_request", "invalid_client", "invalid_grant"),
        r"\bdpop\b",
        "The tenant binds this client's tokens to a key (DPoP, RFC 9449). Allow bearer tokens for "
        "{client} in its settings.",
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
        "{unlisted}correct `scope` in the config ({scope}), or allow it for the client {client}.",
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
        "The tenant would have to ask something, which prompt=none forbids: take `prompt` out of "
        "`authorizationParams`.",
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


def explain_refusal(refusal: Refusal, config: "Config", metadata: "Metadata") -> Refusal:
    """Return the same refusal with what helps behind it, where somebody knows."""
    remedy = remedy_for(refusal.error, str(refusal), config, metadata.scopes_supported)
    return type(refusal)(f"{refusal} {remedy}".strip(), refusal.error)


def remedy_for(
    error: str, text: str, config: "Config", scopes_supported: tuple[str, ...] = ()
) -> str:
    """Return what helps against a refusal, in a sentence or two; empty where nobody knows.

    `text` is all that the tenant said, printable; `scopes_supported` is what discovery lists.
    """
    known, has_secret = f"{text} {config.issuer}", config.client_secret is not None
    rules = (rule for rule in RULES if rule.fits(error, known, has_secret=has_secret))
    rule = next(rules, None)
    if rule is None:
        return ""
    filled = rule.remedy.format(**_facts(config, scopes_supported))
    return filled[:1].upper() + filled[1:]


def _facts(config: "Config", scopes_supported: tuple[str, ...]) -> dict[str, str]:
    unlisted = [each for each in config.scope.split() if each not in scopes_supported]
    told = ""
    if scopes_supported and unlisted:
        told = (
            f"the tenant does not list {_shown(unlisted)} (it lists {_shown(scopes_supported)}): "
        )
    return {
        "client": printable(config.client_id),
        "audience": printable(config.audience),
        "scope": printable(config.scope),
        "callbacks": _shown(config.redirect_uris),
        "unlisted": told,
    }


def _shown(words: "list[str] | tuple[str, ...]") -> str:
    return shortened(printable(", ".join(words)), FEW)
