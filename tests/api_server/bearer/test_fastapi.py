"""The bearer check in a FastAPI app: as the README shows it, and with what FastAPI does itself."""

import re
from typing import Annotated, Any

import httpx
import pytest
from fastapi import Depends, FastAPI, Form
from starlette.requests import Request

from api_server.bearer import Bearer, requires
from tests.support import ROOT
from tests.support.apis.checked_api import K1
from tests.support.builders.tokens import AUDIENCE, ISSUER, claims, token
from tests.support.clocks import NOW, Seconds
from tests.support.tenants.issuers import Issuer

README = (ROOT / "README.md").read_text("utf-8")


def new_bearer() -> Bearer:
    return Bearer(ISSUER, AUDIENCE, transport=Issuer(K1), clock=Seconds(NOW))


def calling(app: FastAPI) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="https://api.example")


def good(**changes: object) -> dict[str, str]:
    return {"authorization": f"Bearer {token(K1, claims(**changes))}"}


async def test_app_of_the_readme_answers_as_it_says() -> None:
    (example,) = re.findall(r"```python\n(from fastapi.*?)```", README, re.DOTALL)
    made = 'Bearer(issuer="https://tenant.example/", audience="https://api.example")'
    names: dict[str, Any] = {"new_bearer": new_bearer}
    exec(example.replace(made, "new_bearer()"), names)
    async with calling(names["app"]) as client:
        let_in = await client.get("/messages", headers=good())
        unscoped = await client.get("/messages", headers=good(scope="openid"))
        nothing = await client.get("/messages")
    assert let_in.json() == {"for": "alice"}
    assert (unscoped.status_code, nothing.status_code) == (403, 401)
    assert nothing.headers.get_list("www-authenticate")[0] == 'Bearer realm="api"'
    assert nothing.json()["error"] == "unauthorized"
    assert unscoped.json()["error"] == "insufficient_scope"


def doubled(number: int) -> int:
    return 2 * number


@pytest.fixture
def app() -> FastAPI:
    """One whose endpoints have arguments of their own."""
    made = FastAPI(middleware=[new_bearer().middleware])

    @made.get("/things/{number}")
    @requires("read:things")
    def thing(
        number: int, request: Request, twice: Annotated[int, Depends(doubled)], unit: str = "m"
    ) -> dict[str, object]:
        return {"number": number, "twice": twice, "unit": unit, "for": request.user.identity}

    @made.post("/names")
    @requires()
    async def name(request: Request, name: Annotated[str, Form()]) -> str:
        return name

    return made


async def test_arguments_of_the_endpoint_are_found_through_the_guard(app: FastAPI) -> None:
    headers = good(scope="read:things")
    async with calling(app) as client:
        answer = await client.get("/things/7?unit=km", headers=headers)
        wrong = await client.get("/things/seven", headers=headers)
    assert answer.json() == {"number": 7, "twice": 14, "unit": "km", "for": "alice"}
    assert wrong.status_code == 422


async def test_token_in_a_form_that_fastapi_has_read_is_refused(app: FastAPI) -> None:
    async with calling(app) as client:
        clean = await client.post("/names", data={"name": "Ann"}, headers=good())
        leaking = await client.post("/names", data={"name": "Ann", "access_token": "x"})
    assert clean.json() == "Ann"
    assert leaking.status_code == 400
    assert 'error="invalid_request"' in leaking.headers["www-authenticate"]
