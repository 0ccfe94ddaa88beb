"""Vendors that run their tenants themselves."""

from typing import Final

from tui.config.vendors.vendor import LOCALHOST_URIS, Said, Vendor

AUTH0: Final = Vendor(
    "auth0",
    "Auth0",
    hosts=r"([a-z0-9-]+\.)+auth0\.com",
    signs=r"/authorize \S+/\.well-known/jwks\.json$",
    issuer="https://YOUR.eu.auth0.com/",
    audience_parameter="audience",
    log_out="auth0",
    log_out_setting="Applications, Settings, Allowed Logout URLs",
    register=(
        Said("Applications, Applications, Create Application: type Native."),
        Said("Its Settings, Allowed Callback URLs and Allowed Logout URLs: {callbacks}"),
        Said("Applications, APIs, Create API: Identifier {audience}"),
        Said("That API's Settings: switch Allow Offline Access on."),
    ),
    differs=(
        Said("The issuer ends in a slash."),
        Said("The port of a callback must match to the letter."),
    ),
    limits=(
        Said("A page asks for confirmation before a callback on loopback."),
        Said("Older tenants have no end_session_endpoint: log out goes by /v2/logout."),
    ),
)

OKTA: Final = Vendor(
    "okta",
    "Okta",
    hosts=r"([a-z0-9-]+\.)+(okta|oktapreview|okta-emea)\.com",
    signs=r"/v1/authorize \S+/v1/keys$",
    issuer="https://YOUR.okta.com/oauth2/default",
    log_out_setting="Applications, General, Sign-out redirect URIs",
    register=(
        Said(
            "Applications, Applications, Create App Integration: OIDC - OpenID Connect, "
            "Native Application."
        ),
        Said("Grant type: Authorization Code and Refresh Token."),
        Said("Sign-in redirect URIs and Sign-out redirect URIs: {callbacks}"),
        Said("Assignments: the people or groups that may sign in."),
        Said(
            "Security, API, Authorization Servers: Audience {audience}, and under Access Policies "
            "a rule that lets this client in."
        ),
    ),
    differs=(
        Said("The audience belongs to the authorization server: none is asked for."),
        Said("The port of a callback must match to the letter."),
    ),
    limits=(
        Said(
            "Tokens of the org's own server (an issuer without /oauth2/) are for Okta's API alone: "
            "nobody else can verify them."
        ),
    ),
)

ENTRA: Final = Vendor(
    "entra",
    "Entra ID",
    hosts=r"login\.microsoftonline\.(com|us)|login\.partner\.microsoftonline\.cn|"
    r"([a-z0-9-]+\.)ciamlogin\.com|sts\.windows\.net",
    issuer="https://login.microsoftonline.com/TENANT-ID/v2.0",
    scope="openid profile email offline_access api://{audience}/.default",
    redirect_uris=LOCALHOST_URIS,
    log_out_setting="App registrations, Authentication",
    register=(
        Said("App registrations, New registration."),
        Said(
            'Manage, Authentication, Add Redirect URI, "Mobile and desktop applications": '
            "{callbacks}"
        ),
        Said('Authentication, Settings: "Allow public client flows" Yes, for --device.'),
        Said(
            "The API's own registration, {audience}: Expose an API, Add a scope; in its Manifest, "
            '"requestedAccessTokenVersion": 2.'
        ),
        Said("API permissions, Add a permission, My APIs: that scope."),
    ),
    differs=(
        Said("The API is asked for by scope alone: api://APP-ID/.default."),
        Said("`audience` is the API's Application (client) ID, as version 2 tokens have it."),
        Said("Plain http callbacks are on localhost; on 127.0.0.1 by the Manifest only."),
    ),
    limits=(
        Said("`common` and `organizations` are no issuers: put the tenant's own ID there."),
        Said("Tokens for Microsoft Graph cannot be verified by anybody else."),
        Said("There is no revocation; a refresh token ends by itself."),
        Said("Version 1 tokens carry another issuer: doorkey api --token-issuer."),
    ),
)

GOOGLE: Final = Vendor(
    "google",
    "Google",
    hosts=r"accounts\.google\.com",
    issuer="https://accounts.google.com",
    scope="openid profile email",
    authorization_params=(("access_type", "offline"), ("prompt", "consent")),
    offline_params=(("access_type", "offline"), ("prompt", "consent")),
    demands_secret=True,
    register=(
        Said("Google Auth Platform, Clients, Create client: Application type Desktop app."),
        Said("No callback is registered: any port on 127.0.0.1 is allowed."),
        Said("Audience: add the people who may sign in as Test users, until it is published."),
        Said(
            "Copy the Client secret, too: without it even a desktop app is refused (client_secret "
            "is missing)."
        ),
    ),
    differs=(
        Said("A client secret is demanded; it is none, as every copy of an app has it."),
        Said("Instead of offline_access it wants access_type=offline and prompt=consent."),
    ),
    limits=(
        Said("Its access tokens are opaque and for Google's own APIs: yours cannot verify them."),
        Said("A test user's consent, and the refresh token, end after seven days."),
        Said("There is no log-out page."),
        Said("Codes for other devices need a client of the type TVs and Limited Input devices."),
    ),
)

COGNITO: Final = Vendor(
    "cognito",
    "Amazon Cognito",
    hosts=r"cognito-idp\.[a-z0-9-]+\.amazonaws\.com",
    issuer="https://cognito-idp.REGION.amazonaws.com/POOL-ID",
    scope="openid profile email",
    redirect_uris=LOCALHOST_URIS,
    log_out="cognito",
    log_out_setting="App client, Allowed sign-out URLs",
    register=(
        Said("The user pool, App clients, Create app client: a public one, without client secret."),
        Said("Its Allowed callback URLs and Allowed sign-out URLs: {callbacks}"),
        Said("OAuth grant types: Authorization code grant. Scopes: openid, profile, email."),
        Said("Add a domain to the user pool: it has the login pages."),
    ),
    differs=(
        Said("Plain http callbacks are taken on localhost alone."),
        Said("It knows no offline_access: a refresh token comes unasked."),
        Said("Log out goes by its own /logout with logout_uri."),
    ),
    limits=(
        Said(
            "Access tokens have client_id instead of aud: doorkey api --audience-claim client_id, "
            "and the client's ID as `audience`."
        ),
    ),
)

APPLE: Final = Vendor(
    "apple",
    "Apple",
    hosts=r"appleid\.apple\.com",
    why_not="Sign in with Apple takes no callback on loopback, and wants a client secret that is "
    "signed with the developer's key.",
)

SLACK: Final = Vendor(
    "slack",
    "Slack",
    hosts=r"([a-z0-9-]+\.)?slack\.com",
    why_not="Sign in with Slack takes https callbacks alone, so none on loopback, and gives no "
    "access token for an API of yours.",
)

GITHUB: Final = Vendor(
    "github",
    "GitHub",
    hosts=r"(www\.|api\.)?github\.com",
    why_not="GitHub signs people in by OAuth alone, without OpenID Connect: no ID token says "
    "who they are, and no access token of it is for your API.",
)
