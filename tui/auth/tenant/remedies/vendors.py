"""Refusals in the words of vendors: Entra ID, Google, Auth0, Okta."""

from typing import Final

from tui.auth.tenant.remedies.standards import Rule

VENDOR_RULES: Final = (
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
        "Entra ID takes the scopes of one API at a time, as api://APP-ID/NAME: correct {scope_at} "
        "({scope}).",
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
)
