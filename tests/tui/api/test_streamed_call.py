"""A call of any length: renewed and made again once, where its body can be sent again."""

import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest

from tests.support.builders.configs import CONFIG
from tests.support.builders.sessions import session
from tests.support.clocks import Clock
from tests.support.tenants.scripted_tenant import ScriptedTenant
from tui.api.answer import NoAnswer
from tui.api.call import Caller
from tui.api.client import ApiClient
from tui.api.request import ApiRequest
from tui.api.upload import BEGINNING_BYTES, Upload, upload_from
from tui.auth.service import AuthService
from tui.auth.store.store import MemoryStore

INVALID = {"WWW-Authenticate": 'Bearer error="invalid_token"'}

POST = ApiRequest("POST", "/api/messages")


class Api:
    """Takes renewed tokens only, and remembers what came."""

    def __init__(self) -> None:
        self.asked: list[httpx.Request] = []

    async def __call__(self, request: httpx.Request) -> httpx.Response:
        await request.aread()
        self.asked.append(request)
        is_old = request.headers["authorization"] == "Bearer the-access-token"
        return httpx.Response(401, headers=INVALID) if is_old else httpx.Response(201)


@asynccontextmanager
async def calling(api: Callable[..., object]) -> AsyncIterator[tuple[Caller, ScriptedTenant]]:
    clock = Clock()
    tenant = ScriptedTenant(clock)
    client = ApiClient(CONFIG.api_url, transport=httpx.MockTransport(api))  # type: ignore[arg-type] # it takes both kinds
    async with AuthService(
        CONFIG, store=MemoryStore(session()), transport=tenant, clock=clock
    ) as service:
        service.take_up()
        yield Caller(service, client, clock), tenant


@pytest.mark.parametrize("upload", [None, Upload(b"text")])
async def test_a_refused_token_is_renewed_and_the_call_made_again_once(
    upload: Upload | None,
) -> None:
    api = Api()
    async with calling(api) as (caller, tenant), caller.stream(POST, upload) as answer:
        assert answer.status == 201
        assert tenant.count("/token") == 1
    assert [request.content for request in api.asked] == 2 * [b"text" if upload else b""]


async def test_an_api_that_refuses_the_new_token_too_is_asked_no_third_time() -> None:
    asked = []

    def api(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return httpx.Response(401, headers=INVALID)

    async with calling(api) as (caller, _), caller.stream(POST) as answer:
        assert answer.status == 401
    assert len(asked) == 2


async def test_what_came_by_a_pipe_is_not_sent_again() -> None:
    api = Api()
    reading, writing = os.pipe()
    os.write(writing, b"once")
    os.close(writing)
    upload = upload_from(reading, look=False)
    async with calling(api) as (caller, tenant), caller.stream(POST, upload) as answer:
        assert answer.status == 401
        assert tenant.count("/token") == 0
    os.close(reading)
    assert [request.content for request in api.asked] == [b"once"]


async def test_a_refusal_that_is_not_of_the_token_renews_nothing() -> None:
    async with calling(lambda _: httpx.Response(403, headers=INVALID)) as (caller, tenant):
        async with caller.stream(POST) as answer:
            assert answer.status == 403
        assert tenant.count("/token") == 0


async def test_a_file_is_sent_again_from_where_it_stood(tmp_path: Path) -> None:
    path = tmp_path / "body.json"
    path.write_bytes(b"#" + b'{"a": "' + BEGINNING_BYTES * b"x" + b'"}')
    api = Api()
    with path.open("rb", buffering=0) as file:
        file.read(1)
        upload = upload_from(file.fileno(), look=True)
        async with calling(api) as (caller, _), caller.stream(POST, upload) as answer:
            assert answer.status == 201
    assert [request.content for request in api.asked] == 2 * [path.read_bytes()[1:]]
    assert api.asked[1].headers["content-length"] == str(path.stat().st_size - 1)
    assert api.asked[1].headers["content-type"] == "application/json"


async def test_an_answer_that_breaks_off_is_told_as_none() -> None:
    async def broken() -> AsyncIterator[bytes]:
        yield b"the beg"
        raise httpx.ReadError("")

    async with calling(lambda _: httpx.Response(200, content=broken())) as (caller, _):
        with pytest.raises(NoAnswer, match="no whole answer"):
            await read(caller)


async def read(caller: Caller) -> bytes:
    async with caller.stream(POST) as answer:
        return b"".join([chunk async for chunk in answer.chunks()])
