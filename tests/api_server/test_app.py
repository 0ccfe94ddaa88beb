"""What the API tells about itself."""

import pytest

from api_server.settings import Settings
from tests.support.apis.checked_api import K1, Api, challenge_of, settle
from tests.support.builders.tokens import AUDIENCE, ISSUER
from tests.support.tenants.issuers import Issuer


async def test_health_says_whose_tokens_are_checked_for_whom() -> None:
    api = Api()
    api.issuer.down = True
    response = await api.get("/healthz")
    assert response.json() == {
        "service": "doorkey-api",
        "status": "ok",
        "issuer": ISSUER,
        "audience": AUDIENCE,
    }


async def test_ready_only_once_keys_are_known() -> None:
    api = Api()
    api.issuer.down = True
    response = await api.get("/readyz")
    assert response.status_code == 503
    assert response.headers["retry-after"] == "1"
    await settle()
    assert "connection refused" in (await api.get("/readyz")).json()["reason"]
    api.issuer.down = False
    api.advance(1)
    await api.ping()
    assert (await api.get("/readyz")).status_code == 200
    api.issuer.down = True
    api.advance(10_000)
    await api.ping()
    assert (await api.get("/readyz")).status_code == 200


async def test_asking_for_readiness_fetches_the_keys() -> None:
    api = Api()
    assert (await api.get("/readyz")).status_code == 503
    await settle()
    assert (await api.get("/readyz")).status_code == 200


@pytest.mark.parametrize(
    ("audience", "resource", "url", "metadata"),
    [
        (AUDIENCE, None, AUDIENCE, AUDIENCE + "/.well-known/oauth-protected-resource"),
        (
            "https://api.example/v1/",
            None,
            "https://api.example/v1/",
            "https://api.example/.well-known/oauth-protected-resource/v1",
        ),
        (
            "my-api",
            None,
            "http://localhost:3001",
            "http://localhost:3001/.well-known/oauth-protected-resource",
        ),
        (
            "my-api",
            "https://real.example",
            "https://real.example",
            "https://real.example/.well-known/oauth-protected-resource",
        ),
    ],
)
async def test_challenge_points_to_the_resources_metadata(
    audience: str, resource: str | None, url: str, metadata: str
) -> None:
    api = Api(settings=Settings(ISSUER, audience, resource=resource))
    assert f'resource_metadata="{metadata}"' in challenge_of(await api.get())
    path = "/" + metadata.split("/", 3)[3]
    for answered in {path, "/.well-known/oauth-protected-resource"}:
        body = (await api.get(answered)).json()
        assert body["resource"] == url
        assert body["authorization_servers"] == [ISSUER]
        assert body["scopes_supported"] == ["read:messages", "write:messages"]
        assert body["bearer_methods_supported"] == ["header"]


async def test_protected_answers_are_not_for_caches() -> None:
    api = Api(Issuer(K1))
    for response in (await api.ping(), await api.ping(path="/api/messages"), await api.get()):
        assert response.headers["cache-control"] == "no-store"
