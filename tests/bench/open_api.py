"""The API's answer without its bearer check: what Starlette, Granian and the log cost alone."""

import sys

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp

from api_server.app import VALIDATED
from api_server.serving.logs import AccessLog
from api_server.serving.serving import serve


async def external(_: Request) -> Response:
    return VALIDATED


def make_app() -> ASGIApp:
    return AccessLog(Starlette(routes=[Route("/api/external", external)]))


if __name__ == "__main__":
    serve(make_app, host="127.0.0.1", port=int(sys.argv[1]))
