import random

import httpx
import pytest
from starlette.types import Message

from api_server.local_tenant.app import build_app
from api_server.local_tenant.records.tenant import Tenant
from tests.support.people.forms import last_form
from tests.support.people.visitor import REQUEST, Visitor

PATHS = [
    "/",
    "/authorize",
    "/login",
    "/consent",
    "/logout",
    "/logout/confirm",
    "/device",
    "/device_authorization",
    "/par",
    "/token",
    "/revoke",
    "/userinfo",
    "/people/%00.svg",
    "/people/%F0%9F%94%91.svg",
    "/../../etc/passwd",
    "/nothing",
]
SCRAPS = [
    b"",
    b"%",
    b"%zz",
    b"%00",
    b"%ff%fe",
    b"\xff",
    b"\xc3\xbc",
    b"%ED%A0%80",
    b"&&&===",
    b"a=" + b"x" * 5000,
    b"sign_in=%00",
    b"sign_in[]=1",
    b"id_token_hint=a.b.c",
    b"id_token_hint=" + b"e30." * 500,
    b"id_token_hint=eyJhbGciOiJub25lIn0.e30.",
    b"id_token_hint=eyJhbGciOiJSUzI1NiIsImtpZCI6e30sInR5cCI6W119.e30.AA",
    b"max_age=99999999999999999999",
    b"client_id=doorkey-local&client_id=x",
    b"grant_type=refresh_token&client_id=doorkey-local&refresh_token=%00",
    b"grant_type=authorization_code&client_id=doorkey-local&code=%F0%9F%94%91",
    b"client_id=doorkey-local&token=eyJhbGciOiJIUzI1NiJ9.e30.AA",
    b"client_id=doorkey-local&request_uri=urn:ietf:params:oauth:request_uri:%00",
    b"client_id=doorkey-local&user_code=%F0%9F%94%91&acr_values=%00&dpop_jkt=%ff",
]
PROOFS = ["", ".", "a.b.c", "e30.e30.e30", "\u00fc", "eyJ0eXAiOiJkcG9wK2p3dCJ9.e30.AA", "x" * 9000]
"""What may stand in a DPoP header."""

ANSWERS = {200, 303, 400, 401, 403, 404, 405, 413, 421}


@pytest.mark.parametrize("path", PATHS)
async def test_scraps_get_an_answer_that_is_no_failure(visitor: Visitor, path: str) -> None:
    for scrap in SCRAPS:
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        answers = [
            await visitor.client.get(_with_query(path, scrap)),
            await visitor.client.post(path, content=scrap, headers=form),
        ]
        for answer in answers:
            assert answer.status_code in ANSWERS, scrap
            assert '"access_token"' not in answer.text
            # nobody is sent out of the tenant
            assert answer.headers.get("location", "/").startswith("/")


@pytest.mark.parametrize("proof", PROOFS)
@pytest.mark.parametrize("path", ["/par", "/token", "/userinfo"])
async def test_scraps_of_proofs_are_refused(visitor: Visitor, path: str, proof: str) -> None:
    tokens = await visitor.tokens()
    form = {**REQUEST, "grant_type": "refresh_token", "refresh_token": str(tokens["refresh_token"])}
    headers = [(b"DPoP", proof.encode())]
    if path == "/userinfo":
        headers.append((b"Authorization", b"DPoP x"))
    answer = await visitor.client.post(path, data=form, headers=headers)
    assert answer.status_code in (400, 401)
    assert '"access_token"' not in answer.text


async def test_garbled_requests_get_an_answer_that_is_no_failure(visitor: Visitor) -> None:
    chance = random.Random(4711)
    for _ in range(300):
        request = dict(REQUEST)
        for name in chance.sample(list(request), chance.randint(1, 4)):
            request[name] = _garbled(request[name], chance)
        response = await visitor.client.get("/authorize", params=request)
        assert response.status_code in (303, 400, 413)


async def test_garbled_forms_get_an_answer_that_is_no_failure(visitor: Visitor) -> None:
    chance = random.Random(42)
    page = await visitor.follow(await visitor.authorize())
    fields = last_form(page.text).fields | {
        "username": "alice",
        "password": "x",
        "action": "login",
    }
    for _ in range(60):
        garbled = {name: _garbled(value, chance) for name, value in fields.items()}
        response = await visitor.client.post("/login", data={**fields, **garbled})
        assert response.status_code in (303, 400, 401, 403, 413, 429)


async def test_unknown_address_is_a_page_to_people_and_json_to_programs(visitor: Visitor) -> None:
    page = await visitor.client.get("/nothing-here", headers={"Accept": "text/html,*/*"})
    assert page.status_code == 404
    assert "<h1>Not Found</h1>" in page.text
    document = await visitor.get("/nothing-here")
    assert document.status_code == 404
    assert document.json()["error"] == "invalid_request"


async def test_failure_of_the_tenant_is_told_without_details(tenant: Tenant) -> None:
    transport = httpx.ASGITransport(build_app(tenant), raise_app_exceptions=False)
    tenant.database.connection.execute("DROP TABLE refresh_tokens")
    form = {"grant_type": "refresh_token", "client_id": "doorkey-local", "refresh_token": "x"}
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost:3002") as client:
        response = await client.post("/token", data=form)
    assert response.status_code == 500
    assert response.json()["error"] == "server_error"
    assert "refresh_tokens" not in response.text
    assert response.headers["x-content-type-options"] == "nosniff"


async def test_body_that_is_cut_off_is_no_failure(tenant: Tenant) -> None:
    sent: list[Message] = []

    async def cut_off() -> Message:
        return {"type": "http.disconnect"}

    async def keep(message: Message) -> None:
        sent.append(message)

    headers = [(b"host", b"localhost"), (b"content-type", b"application/x-www-form-urlencoded")]
    scope = {"type": "http", "method": "POST", "path": "/token", "query_string": b""}
    await build_app(tenant)({**scope, "headers": headers}, cut_off, keep)
    assert sent[0]["status"] == 400


async def test_cookie_of_any_kind_is_just_unknown(visitor: Visitor) -> None:
    ((name, _),) = (await visitor.authorize()).cookies.items()
    for value in ("", "x", '"', "\u00fc".encode().decode("latin-1"), "a" * 4000):
        visitor.client.cookies.clear()
        header = {b"Cookie": f"{name}={value}".encode("latin-1")}
        response = await visitor.client.get("/", headers=header)
        assert response.status_code == 200


def _garbled(value: str, chance: random.Random) -> str:
    letters = list(value)
    for _ in range(chance.randint(1, 3)):
        letters.insert(chance.randint(0, len(letters)), chr(chance.choice(range(1, 0xD800))))
    return "".join(letters)


def _with_query(path: str, query: bytes) -> httpx.URL:
    # URLs are ASCII; the bytes beyond it are tried in the form
    ascii_only = bytes(byte for byte in query if byte < 128)
    return httpx.URL("http://localhost:3002").copy_with(raw_path=path.encode() + b"?" + ascii_only)
