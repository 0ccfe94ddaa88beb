import hashlib
import json
from base64 import urlsafe_b64encode
from collections.abc import Callable
from dataclasses import replace

import httpx
import jwt
import pytest

from api_server.local_tenant.app import build_app
from api_server.local_tenant.records.signing_keys import add_key, load_keys
from api_server.local_tenant.records.tenant import Tenant
from api_server.local_tenant.settings import Settings
from tests.support.people.visitor import Visitor, header_of


async def test_issuer_is_to_the_letter_the_one_that_was_given(visitor: Visitor) -> None:
    metadata = (await visitor.get("/.well-known/openid-configuration")).json()
    assert metadata["issuer"] == "http://localhost:3002/"
    assert metadata["token_endpoint"] == "http://localhost:3002/token"


@pytest.mark.parametrize(
    ("issuer", "discovery", "rfc8414", "token"),
    [
        (
            "http://localhost:3002",
            "/.well-known/openid-configuration",
            "/.well-known/oauth-authorization-server",
            "http://localhost:3002/token",
        ),
        (
            "http://127.0.0.1:3002/realms/one",
            "/realms/one/.well-known/openid-configuration",
            "/.well-known/oauth-authorization-server/realms/one",
            "http://127.0.0.1:3002/realms/one/token",
        ),
    ],
)
async def test_issuers_of_other_forms_are_found_where_the_standards_say(
    issuer: str,
    discovery: str,
    rfc8414: str,
    token: str,
    settings: Settings,
    open_one: Callable[[Settings], Tenant],
) -> None:
    app = build_app(open_one(replace(settings, issuer=issuer)))
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
        documents = [(await client.get(path)).json() for path in (discovery, rfc8414)]
    assert documents[0] == documents[1]
    assert (documents[0]["issuer"], documents[0]["token_endpoint"]) == (issuer, token)


async def test_metadata_promises_what_the_app_relies_on(visitor: Visitor) -> None:
    metadata = (await visitor.get("/.well-known/openid-configuration")).json()
    assert metadata["code_challenge_methods_supported"] == ["S256"]
    assert metadata["authorization_response_iss_parameter_supported"] is True
    assert metadata["token_endpoint_auth_methods_supported"] == ["none"]
    for name in ("claims_parameter", "request_parameter", "request_uri_parameter"):
        assert metadata[f"{name}_supported"] is False
    assert set(metadata["scopes_supported"]) == {
        "openid",
        "profile",
        "email",
        "offline_access",
        "read:messages",
        "write:messages",
    }


async def test_every_endpoint_that_is_promised_is_there(visitor: Visitor) -> None:
    metadata = (await visitor.get("/.well-known/openid-configuration")).json()
    for name, url in metadata.items():
        if name.endswith(("_endpoint", "_uri")):
            answers = [(await visitor.client.get(url)), (await visitor.client.post(url))]
            assert all(answer.status_code != 404 for answer in answers), name
            assert any(answer.status_code != 405 for answer in answers), name


async def test_claims_that_are_promised_are_given(visitor: Visitor) -> None:
    metadata = (await visitor.get("/.well-known/openid-configuration")).json()
    id_token = (await visitor.tokens())["id_token"]
    claims = jwt.decode(str(id_token), options={"verify_signature": False})
    assert set(metadata["claims_supported"]) == set(claims)


async def test_published_key_verifies_what_is_signed(visitor: Visitor) -> None:
    response = await visitor.get("/jwks.json")
    tokens = await visitor.tokens()
    key_set = jwt.PyJWKSet.from_dict(response.json())
    key = key_set[str(header_of(tokens["id_token"])["kid"])]
    options: jwt.types.Options = {"verify_exp": False, "verify_iat": False, "verify_aud": False}
    assert jwt.decode(str(tokens["id_token"]), key, ["RS256"], options)["sub"] == "local|alice"
    assert response.headers["cache-control"] == "public, max-age=300"


async def test_nothing_private_is_published(visitor: Visitor) -> None:
    (key,) = (await visitor.get("/jwks.json")).json()["keys"]
    assert set(key) == {"kid", "use", "alg", "kty", "n", "e"}


async def test_an_added_key_signs_and_the_older_one_goes_on_verifying(tenant: Tenant) -> None:
    before = tenant.keys.sign({"sub": "x"}, "JWT")
    with tenant.database.transaction() as db:
        added = add_key(db, tenant.now() + 1)
        keys = load_keys(db, tenant.now() + 1)
    assert header_of(keys.sign({}, "JWT"))["kid"] == added.kid
    assert keys.verify(before, "JWT") == {"sub": "x"}
    assert len(keys.key_set()["keys"]) == 2


async def test_key_is_named_by_its_thumbprint(visitor: Visitor) -> None:
    (key,) = (await visitor.get("/jwks.json")).json()["keys"]
    # RFC 7638 3.1
    members = json.dumps({name: key[name] for name in ("e", "kty", "n")}, separators=(",", ":"))
    digest = hashlib.sha256(members.encode()).digest()
    assert urlsafe_b64encode(digest).rstrip(b"=").decode() == key["kid"]


async def test_health_says_who_is_there(visitor: Visitor) -> None:
    response = await visitor.get("/healthz")
    assert response.headers["cache-control"] == "no-store"
    assert response.json() == {
        "service": "doorkey-tenant",
        "status": "ok",
        "issuer": "http://localhost:3002/",
        "client_id": "doorkey-local",
        "audience": "http://localhost:3001",
    }
