"""A request names its host once, whatever stands before the server."""

import asyncio

import pytest
from starlette.types import Message, Receive, Scope, Send

from api_server.serving.request_limits import OneHost


async def app(scope: Scope, receive: Receive, send: Send) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": []})


@pytest.mark.parametrize(
    ("hosts", "version", "status"),
    [
        ([b"localhost"], "1.1", 200),
        ([], "1.1", 400),
        ([b""], "1.1", 400),
        ([b""], "1.0", 200),
        ([], "1.0", 200),
        ([b"localhost", b"localhost"], "1.1", 400),
        ([b"localhost", b"evil.example"], "1.0", 400),
        ([b"localhost", b""], "1.1", 400),
    ],
)
async def test_a_request_reaches_the_app_only_where_it_names_one_host(
    hosts: list[bytes], version: str, status: int
) -> None:
    """security.md 65."""
    sent: asyncio.Queue[Message] = asyncio.Queue()
    headers = [(b"host", host) for host in hosts]
    scope = {"type": "http", "http_version": version, "headers": headers, "extensions": {}}
    await OneHost(app)(scope, asyncio.Queue[Message]().get, sent.put)
    assert (await sent.get())["status"] == status


async def test_what_is_no_request_reaches_the_app() -> None:
    sent: asyncio.Queue[Message] = asyncio.Queue()
    await OneHost(app)({"type": "lifespan"}, asyncio.Queue[Message]().get, sent.put)
    assert (await sent.get())["status"] == 200
