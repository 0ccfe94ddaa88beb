"""The API with a bare ES256 check before each request: what a proof cannot cost less than here.

A signature checked amid requests takes longer than in a loop of its own, where the tables of the
curve stay in the processor's cache, and what comes after it has to be read into the cache anew.
"""

import os
import sys

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from starlette.types import ASGIApp, Receive, Scope, Send

from api_server.app import create_app
from api_server.serving.serving import serve
from api_server.settings import settings_from

SIGNED = b"what a client has signed"


class BareCheck:
    """Builds a key and verifies a signature with it, then lets the request through."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        key = ec.generate_private_key(ec.SECP256R1())
        self._numbers = key.public_key().public_numbers()
        self._signature = key.sign(SIGNED, ec.ECDSA(SHA256()))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            self._numbers.public_key().verify(self._signature, SIGNED, ec.ECDSA(SHA256()))
        await self._app(scope, receive, send)


def make_app() -> ASGIApp:
    return BareCheck(create_app(settings_from(sys.argv[1:], os.environ)))


if __name__ == "__main__":
    serve(make_app, host="127.0.0.1", port=settings_from(sys.argv[1:], os.environ).port)
