"""The second address of `localhost`: connections to [::1] are passed on to 127.0.0.1.

Granian binds one address. Were the other one left open, another user of this machine could
listen there and be sent the tokens that are meant for us.
"""

import asyncio
import socket
from collections.abc import Awaitable
from contextlib import suppress
from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

MAX_RELAYED: Final = 128
"""Connections of one worker at a time, each with two descriptors; further ones are closed."""

CHUNK_BYTES: Final = 64 * 1024

END_SECONDS: Final = 10.0
"""How long requests in flight may take at another worker, once this one has none."""


class LoopbackRelay:
    """An ASGI app that relays `listener`'s connections to a port while it lives."""

    def __init__(self, app: ASGIApp, listener: socket.socket, address: str, port: int) -> None:
        self._app = app
        self._listener = listener
        self._target = (address, port)
        self._relayed: set[asyncio.Task[None]] = set()

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        """Pass everything on to the app, and relay while its lifespan lasts."""
        if scope["type"] == "lifespan":
            return self._live(scope, receive, send)
        return self._app(scope, receive, send)

    async def _live(self, scope: Scope, receive: Receive, send: Send) -> None:
        server = await asyncio.start_server(self._accept, sock=self._listener)

        async def receive_after_relaying() -> Message:
            message = await receive()
            if message["type"] == "lifespan.shutdown":
                server.close()
                if self._relayed:
                    await asyncio.wait(self._relayed, timeout=END_SECONDS)
            return message

        await self._app(scope, receive_after_relaying, send)

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if len(self._relayed) >= MAX_RELAYED:
            writer.close()
            return
        task = asyncio.get_running_loop().create_task(self._relay(reader, writer))
        self._relayed.add(task)
        task.add_done_callback(self._relayed.discard)

    async def _relay(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            answers, requests = await asyncio.open_connection(*self._target)
        except OSError:
            writer.close()
            return
        sending = asyncio.get_running_loop().create_task(_copy(reader, requests))
        try:
            # once the server has closed there is no answer to wait for, whatever else is sent
            await _copy(answers, writer)
        finally:
            sending.cancel()
            requests.close()
            writer.close()
            with suppress(OSError):
                # closing only begins here: what is written may still be in our buffer
                await writer.wait_closed()


async def _copy(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    """Copy until the end, and pass the end on."""
    with suppress(OSError):
        while chunk := await source.read(CHUNK_BYTES):
            sink.write(chunk)
            await sink.drain()
        sink.write_eof()
