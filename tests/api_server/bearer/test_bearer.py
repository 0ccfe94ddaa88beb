"""The bearer check in somebody else's app."""

from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.authentication import AuthCredentials, AuthenticationBackend, SimpleUser
from starlette.authentication import requires as starlette_requires
from starlette.endpoints import HTTPEndpoint
from starlette.middleware import Middleware
from starlette.middleware.authentication import AuthenticationMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from api_server.bearer import Bearer, requires
from api_server.bearer.bearer import Caller
from api_server.bearer.signed_jwt import SignedJwt
from tests.support.apis.checked_api import K1
from tests.support.builders.proofs import Prover
from tests.support.builders.tokens import AUDIENCE, ISSUER, claims, token
from tests.support.clocks import NOW, Seconds
from tests.support.tenants.issuers import Issuer

FORM = "application/x-www-form-urlencoded"


@requires("read:things")
async def things(request: Request) -> Response:
    assert isinstance(request.user, Caller)
    return JSONResponse({"sub": request.user.identity, "jti": request.user.claims["jti"]})


@requires("read:things", "write:things")
async def change(request: Request) -> Response:
    return JSONResponse({})


@requires()
def plain(request: Request) -> Response:
    return JSONResponse({"sub": request.user.display_name})


@requires()
async def form(request: Request) -> Response:
    return JSONResponse(dict(await request.form()))


async def form_read_before(request: Request) -> Response:
    await request.form()
    return await form(request)


async def public(request: Request) -> Response:
    return JSONResponse({"known": request.user.is_authenticated, "name": request.user.identity})


@starlette_requires("read:things")
async def by_starlette(request: Request) -> Response:
    return JSONResponse({})


@requires(acr="gold")
async def vault(request: Request) -> Response:
    return JSONResponse({})


class Things(HTTPEndpoint):
    @requires("read:things")
    async def get(self, request: Request) -> Response:
        return JSONResponse({"sub": request.user.identity})


def client(**options: Any) -> httpx.AsyncClient:
    # the three lines of the README, but for the transport and the clock
    bearer = Bearer(ISSUER, AUDIENCE, transport=Issuer(K1), clock=Seconds(NOW), **options)
    app = Starlette(
        routes=[
            Route("/things", things),
            Route("/change", change),
            Route("/plain", plain),
            Route("/form", form, methods=["POST"]),
            Route("/form-read-before", form_read_before, methods=["POST"]),
            Route("/public", public),
            Route("/by-starlette", by_starlette),
            Route("/vault", vault),
            Route("/class", Things),
        ],
        middleware=[bearer.middleware],
    )
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test")


def good(**changes: object) -> dict[str, str]:
    sent = token(K1, claims(scope="read:things other", **changes))
    return {"authorization": f"Bearer {sent}"}


async def test_endpoint_sees_who_calls() -> None:
    response = await client().get("/things", headers=good())
    assert response.json() == {"sub": "alice", "jti": "t-1"}


async def test_plain_function_is_guarded_too() -> None:
    assert (await client().get("/plain", headers=good())).json() == {"sub": "alice"}
    assert (await client().get("/plain")).status_code == 401


async def test_method_of_a_class_is_guarded_too() -> None:
    assert (await client().get("/class", headers=good())).json() == {"sub": "alice"}
    assert (await client().get("/class")).status_code == 401


async def test_refusal_has_challenge_and_json_without_further_handlers() -> None:
    response = await client().get("/things")
    assert response.status_code == 401
    bearer, dpop = response.headers.get_list("www-authenticate")
    assert bearer == 'Bearer realm="api"'
    assert dpop.startswith('DPoP realm="api", algs="ES256 ')
    assert response.headers["content-type"] == "application/json"
    assert response.json()["error"] == "unauthorized"


async def test_missing_scope_is_said() -> None:
    sent = {"authorization": f"Bearer {token(K1)}"}
    response = await client().get("/things", headers=sent)
    assert response.status_code == 403
    assert 'scope="read:things"' in response.headers["www-authenticate"]


async def test_all_scopes_are_needed_not_any() -> None:
    response = await client().get("/change", headers=good())
    assert response.status_code == 403
    assert 'scope="read:things write:things"' in response.headers["www-authenticate"]
    said = response.json()["error_description"]
    assert said == "This needs the scope write:things; the token has other read:things"
    sent = {"authorization": f"Bearer {token(K1, claims(scope='read:things write:things'))}"}
    assert (await client().get("/change", headers=sent)).status_code == 200


async def test_tokens_may_name_another_issuer_than_discovery() -> None:
    named = client(token_issuer="https://other.example/")
    sent = good(iss="https://other.example/")
    assert (await named.get("/things", headers=sent)).status_code == 200
    assert (await named.get("/things", headers=good())).status_code == 401
    assert (await client().get("/things", headers=sent)).status_code == 401


@pytest.mark.parametrize(
    ("origins", "named", "status"),
    [
        ((), "http://test", 200),
        ((), "http://evil.example", 401),
        (("https://api.example/",), "https://api.example", 200),
        (("https://api.example/",), "http://test", 401),
    ],
)
async def test_a_proof_names_the_apis_origins_or_else_the_host_that_was_asked(
    origins: tuple[str, ...], named: str, status: int
) -> None:
    prover = Prover()
    sent = token(K1, claims(scope="read:things", cnf={"jkt": prover.thumbprint}))
    proof = prover.prove("GET", f"{named}/things", sent)
    headers = {"authorization": f"DPoP {sent}", "dpop": proof}
    response = await client(origins=origins).get("/things", headers=headers)
    assert response.status_code == status


async def test_open_route_stays_open_also_for_a_bad_token() -> None:
    for sent in ({}, {"authorization": "Bearer garbage"}, {"authorization": "Basic abc"}):
        response = await client().get("/public", headers=sent)
        assert response.json() == {"known": False, "name": ""}
    response = await client().get("/public", headers=good())
    assert response.json() == {"known": True, "name": "alice"}


async def test_starlettes_own_requires_sees_the_scopes() -> None:
    assert (await client().get("/by-starlette", headers=good())).status_code == 200
    assert (await client().get("/by-starlette")).status_code == 403


async def test_form_without_a_token_is_still_there_for_the_endpoint() -> None:
    for path in ("/form", "/form-read-before"):
        response = await client().post(path, data={"a": "1"}, headers=good())
        assert response.json() == {"a": "1"}


async def test_form_with_a_token_is_refused_whoever_read_it_first() -> None:
    for path in ("/form", "/form-read-before"):
        response = await client().post(path, data={"access_token": "x"}, headers=good())
        assert response.status_code == 400


async def test_form_beyond_64_kib_is_413() -> None:
    response = await client().post("/form", data={"a": "x" * 70_000}, headers=good())
    assert response.status_code == 413


async def test_form_of_unsaid_length_is_413() -> None:
    async def drip() -> object:
        yield b"a=1"

    headers = {**good(), "content-type": FORM}
    response = await client().post("/form", content=drip(), headers=headers)  # type: ignore[arg-type]
    assert response.status_code == 413


async def test_json_body_is_not_read() -> None:
    response = await client().post(
        "/form", content=b"x", headers={**good(), "content-type": "application/json"}
    )
    assert response.json() == {}


async def test_forgotten_middleware_is_a_clear_error() -> None:
    app = Starlette(routes=[Route("/things", things)])
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app), base_url="http://test"
    ) as caller:
        with pytest.raises((TypeError, AssertionError), match=r"[mM]iddleware"):
            await caller.get("/things")


async def test_a_class_of_sign_in_alone_can_be_demanded() -> None:
    assert (await client().get("/vault", headers=good(acr="gold"))).status_code == 200
    for acr in ("silver", None):
        response = await client().get("/vault", headers=good(acr=acr))
        assert response.status_code == 401
        assert 'acr_values="gold"' in response.headers["www-authenticate"]


async def test_what_somebody_elses_middleware_found_is_not_taken_for_a_token() -> None:
    class Anybody(AuthenticationBackend):
        async def authenticate(self, conn: object) -> tuple[AuthCredentials, SimpleUser]:
            return AuthCredentials(["read:things"]), SimpleUser("mallory")

    middleware = [Middleware(AuthenticationMiddleware, backend=Anybody())]
    app = Starlette(routes=[Route("/things", things)], middleware=middleware)
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as caller:
        with pytest.raises(TypeError, match="needs the app to have Bearer"):
            await caller.get("/things")


async def test_an_endpoint_that_takes_no_request_cannot_be_guarded() -> None:
    @requires()
    async def blind() -> Response:
        return JSONResponse({})

    with pytest.raises(TypeError, match="takes the Request"):
        await blind()


def test_nothing_secret_is_in_any_repr() -> None:
    sent = token(K1)
    shown = repr(SignedJwt.parse(sent.encode())) + repr(Bearer(ISSUER, AUDIENCE))
    assert sent.split(".")[2] not in shown
    assert "alice" not in shown
