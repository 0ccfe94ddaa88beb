"""An app to serve in tests: /slow begins at once and takes a fifth of a second."""

import asyncio
import sys
from collections.abc import AsyncIterator

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route
from starlette.types import ASGIApp

from api_server.serving.serving import HEAD_SECONDS, serve


async def slow(_: Request) -> Response:
    return StreamingResponse(begun_then_done())


async def begun_then_done() -> AsyncIterator[bytes]:
    yield b"begun, "
    await asyncio.sleep(0.2)
    yield b"done"


async def health(_: Request) -> Response:
    return PlainTextResponse("ok")


def make_app() -> ASGIApp:
    return Starlette(routes=[Route("/slow", slow), Route("/healthz", health)])


def broken_app() -> ASGIApp:
    raise ValueError("this app cannot be made")


if __name__ == "__main__":
    port, workers, *rest = sys.argv[1:]
    serve(
        broken_app if "broken" in rest else make_app,
        host="localhost",
        port=int(port),
        workers=int(workers),
        stop_with_stdin="stdin" in rest,
        head_seconds=1 if "hasty" in rest else HEAD_SECONDS,
    )
