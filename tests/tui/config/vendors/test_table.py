"""The table of vendors: who is recognised by what, and the page that is written from it."""

import re

import pytest

from tests.support import ROOT
from tests.tenants_page import page
from tui.config.load import parse_config
from tui.config.vendors.table import BY_KEY, recognised, vendor_of
from tui.config.vendors.vendor import Vendor

MOST_LINES = 15
"""Of an entry in docs/tenants.md."""


@pytest.mark.parametrize(
    ("issuer", "authorization", "keys", "key"),
    [
        ("https://a.eu.auth0.com/", "/authorize", "/.well-known/jwks.json", "auth0"),
        ("https://login.acme.example/", "/authorize", "/.well-known/jwks.json", "auth0"),
        ("https://a.okta.com/oauth2/default", "/v1/authorize", "/v1/keys", "okta"),
        ("https://id.acme.example/oauth2/x", "/v1/authorize", "/v1/keys", "okta"),
        ("https://login.microsoftonline.com/1/v2.0", "/authorize", "/keys", "entra"),
        ("https://h.example/realms/r", "/protocol/openid-connect/auth",
         "/protocol/openid-connect/certs", "keycloak"),
        ("https://accounts.google.com", "/o/oauth2/v2/auth", "/certs", "google"),
        ("https://cognito-idp.eu-west-1.amazonaws.com/p", "/oauth2/authorize",
         "/.well-known/jwks.json", "cognito"),
        ("https://h.example/application/o/app/", "/application/o/authorize/", "/jwks/",
         "authentik"),
        ("https://a.zitadel.cloud", "/oauth/v2/authorize", "/oauth/v2/keys", "zitadel"),
        ("https://id.example", "/oauth/v2/authorize", "/oauth/v2/keys", "zitadel"),
        ("https://h.example/dex", "/auth", "/keys", "dex"),
        ("https://h.example", "/connect/authorize",
         "/.well-known/openid-configuration/jwks", "duende"),
        ("https://auth.h.example", "/oauth2/authorize", "/oauth2/jwks", "lemonldap"),
        ("http://127.0.0.1:3000", "/auth", "/jwks", "generic"),
        ("https://github.com.evil.example", "/auth", "/jwks", "generic"),
    ],
)  # fmt: skip
def test_a_vendor_is_known_by_its_host_or_by_its_endpoints(
    issuer: str, authorization: str, keys: str, key: str
) -> None:
    assert recognised(issuer, issuer + authorization, issuer + keys).key == key


@pytest.mark.parametrize("host", ["github.com", "appleid.apple.com", "slack.com"])
def test_where_no_native_app_signs_in_the_reason_is_known(host: str) -> None:
    vendor = vendor_of(f"https://{host}")
    assert vendor is not None
    assert vendor.why_not
    assert vendor.key not in BY_KEY


def test_the_page_of_tenants_is_the_table() -> None:
    assert (ROOT / "docs" / "tenants.md").read_text("utf-8") == page()


def test_no_entry_of_the_page_is_longer_than_a_screen() -> None:
    entries = re.split(r"^## ", page(), flags=re.MULTILINE)[1:]
    assert len(entries) == len(BY_KEY) + 1
    for entry in entries:
        assert len(entry.strip().splitlines()) <= MOST_LINES


@pytest.mark.parametrize("entry", BY_KEY.values(), ids=BY_KEY)
def test_what_an_entry_says_of_the_config_is_a_config(entry: Vendor) -> None:
    facts = {"client": "c", "audience": "a", "callbacks": "u"}
    assert all("{" not in step for step in entry.registration(facts))
    scope = entry.scope.format(audience="a")
    parse_config(
        f'{{"domain": "{entry.issuer}", "clientId": "c", "audience": "a", "scope": "{scope}"}}',
        ROOT,
    )
