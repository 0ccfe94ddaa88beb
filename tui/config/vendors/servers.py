"""Vendors whose servers people run themselves, and whatever else speaks OpenID Connect."""

from typing import Final

from tui.config.vendors.vendor import Said, Vendor

KEYCLOAK: Final = Vendor(
    "keycloak",
    "Keycloak",
    signs=r"/protocol/openid-connect/auth ",
    issuer="https://HOST/realms/REALM",
    log_out_setting="Clients, Settings, Valid post logout redirect URIs",
    register=(
        Said("Clients, Create client: OpenID Connect, Client ID {client}"),
        Said("Client authentication Off, Standard flow on."),
        Said("Valid redirect URIs: {callbacks}"),
        Said("Valid post logout redirect URIs: the same, or +, which means that."),
        Said(
            "The client's Client scopes, {client}-dedicated, Configure a new mapper, Audience: "
            "Included Custom Audience {audience}, in the access token."
        ),
    ),
    differs=(
        Said("The API is not asked for: the Audience mapper puts it into each access token."),
        Said("The issuer has a path, and /auth before it up to version 16."),
    ),
    limits=(
        Said("Without the mapper `aud` is `account`, or missing, and the API refuses."),
        Said("For --device, switch OAuth 2.0 Device Authorization Grant on."),
    ),
)

AUTHENTIK: Final = Vendor(
    "authentik",
    "Authentik",
    signs=r"/application/o/authorize/ ",
    issuer="https://HOST/application/o/SLUG/",
    log_out_setting="the provider's Redirect URIs",
    register=(
        Said("Applications, Applications, Create with provider: OAuth2/OIDC."),
        Said("Client type: Public. Client ID: {client}"),
        Said("Redirect URIs/Origins, matching mode Strict: {callbacks}"),
        Said("Protocol settings: a Signing Key."),
        Said("Advanced protocol settings: offline_access among the Selected Scopes."),
    ),
    differs=(
        Said("`aud` of an access token is the client's ID: put that into `audience`."),
        Said("The issuer has the application's slug in it."),
        Said("It ends in a slash."),
    ),
    limits=(
        Said(
            "Without a Signing Key tokens are signed with the client's secret (HS256), which "
            "Doorkey refuses."
        ),
        Said("Since 2024.2 there is no refresh token without the offline_access mapping."),
    ),
)

ZITADEL: Final = Vendor(
    "zitadel",
    "Zitadel",
    hosts=r"([a-z0-9-]+\.)+zitadel\.cloud",
    signs=r"/oauth/v2/authorize \S+/oauth/v2/keys$",
    issuer="https://YOUR.zitadel.cloud",
    scope="openid profile email offline_access urn:zitadel:iam:org:project:id:{audience}:aud",
    log_out_setting="the application's Redirect Settings, Post Logout URIs",
    register=(
        Said("Projects, the project, Applications, New: Native."),
        Said("Redirect URIs: {callbacks}"),
        Said("Post Logout URIs: the same."),
        Said("Token Settings, Token Type: JWT."),
        Said("OIDC Configuration, Grant Types: Authorization Code and Refresh Token."),
    ),
    differs=(
        Said("`audience` is the project's ID (Resource ID), asked for by a scope of its own."),
    ),
    limits=(Said("Access tokens are opaque until Token Type is JWT."),),
)

DEX: Final = Vendor(
    "dex",
    "Dex",
    signs=r"(?P<dex>https?://\S+)/auth (?P=dex)/keys$",
    issuer="https://HOST/dex",
    log_out_setting="nothing: Dex has no log-out page",
    register=(
        Said('In its config, staticClients: "id: {client}", "public: true", a name.'),
        Said("redirectURIs there: {callbacks}"),
        Said("Of another client, {audience}, which is the API: trustedPeers with {client} in it."),
    ),
    differs=(
        Said(
            "`aud` of a token is the client's ID; another API is asked for with the scope "
            "audience:server:client_id:API, which init writes."
        ),
    ),
    limits=(
        Said("Dex has neither a log-out page nor revocation."),
        Said("Only connectors that can refresh give a refresh token (not SAML)."),
    ),
)

DUENDE: Final = Vendor(
    "duende",
    "Duende",
    signs=r"/connect/authorize ",
    issuer="https://HOST",
    log_out_setting="the client's PostLogoutRedirectUris",
    register=(
        Said('A Client with ClientId "{client}", RequireClientSecret = false, GrantTypes.Code.'),
        Said("RedirectUris and PostLogoutRedirectUris: {callbacks}"),
        Said("AllowOfflineAccess = true."),
        Said('An ApiResource "{audience}" with an ApiScope that is in AllowedScopes.'),
        Said("Add that scope to `scope` in the file: `aud` follows from the scopes."),
    ),
    differs=(
        Said("Callbacks match to the letter unless AddAppAuthRedirectUriValidator is called."),
    ),
    limits=(Said("Without an API's scope, access tokens have no aud of yours."),),
)

LEMONLDAP: Final = Vendor(
    "lemonldap",
    "LemonLDAP::NG",
    signs=r"/oauth2/authorize \S+/oauth2/jwks$",
    issuer="https://auth.HOST/",
    authorization_params=(("prompt", "consent"),),
    log_out_setting="Options, Logout, Allowed redirection addresses for logout",
    register=(
        Said("Manager: OpenID Connect Relying Parties, Add OpenID Relying Party."),
        Said("Basic options: Public client On, Client ID {client}"),
        Said("Allowed redirection addresses for login (and, Logout, for logout): {callbacks}"),
        Said("Options, Advanced: Use JWT format for Access Token; Additional audiences {audience}"),
        Said("Options, Security: Allow offline access."),
    ),
    differs=(
        Said("The issuer ends in a slash.", was_run=True),
        Said(
            "Without prompt=consent, offline_access is dropped with a line in its own log alone.",
            was_run=True,
        ),
    ),
    limits=(
        Said("It has no revocation endpoint (2.16).", was_run=True),
        Said(
            "`aud` of an access token is the client's ID, and what Additional audiences names.",
            was_run=True,
        ),
    ),
)

GENERIC: Final = Vendor(
    "generic",
    "OpenID Provider",
    issuer="https://HOST",
    audience_parameter="by audience",
    log_out_setting="the client's log-out URLs (post_logout_redirect_uris)",
    register=(
        Said("A native (public) client {client}: no secret, authorization code with PKCE S256."),
        Said("Callback URLs and log-out URLs: {callbacks}"),
        Said("The grant refresh token, and the scope offline_access."),
        Said("The API (resource server) {audience}, with access tokens that are JWTs."),
    ),
    differs=(
        Said(
            "An audience that is a URI is asked for as `resource` (RFC 8707), else as `audience`.",
            was_run=True,
        ),
        Said(
            "Certified providers give a refresh token with prompt=consent alone, which init "
            "writes; offline_access is left out where discovery does not list it.",
            was_run=True,
        ),
    ),
    limits=(
        Said("Without `resource`, an access token may be opaque or for no API.", was_run=True),
        Said("Revocation may be for confidential clients only.", was_run=True),
    ),
)
