"""An answer that comes before the request's body is sent: heard at once, and not lost.

A server that refuses a large body answers, and closes the connection without reading the rest. To
whoever only writes until then, that is a broken pipe, with which the answer goes, too.
"""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from typing import Final

import httpcore

READ_BYTES: Final = 64 * 1024

TURNS: Final = 3
"""Of the event loop, in which it hears what has come before it writes on: one to look, one to
take, one to wake who reads. A write that fails takes the connection, and all that is unheard."""

ANSWERED: Final = "answered before the whole request was sent"

MADE: Final = (".connect_tcp.complete", ".start_tls.complete")
"""How httpcore's trace calls the moment in which there is a stream to write to."""


def read_ahead(event: str, details: Mapping[str, object]) -> None:
    """Have a new connection read while it writes; for the `trace` extension of a request."""
    stream = details.get("return_value")
    if event.endswith(MADE) and isinstance(stream, httpcore.AsyncNetworkStream):
        ReadAhead(stream)


class ReadAhead:
    """Takes the place of a stream's reading and writing."""

    def __init__(self, stream: httpcore.AsyncNetworkStream) -> None:
        self._read, self._write, self._close = stream.read, stream.write, stream.aclose
        self._ahead: asyncio.Task[bytes] | None = None
        # httpx takes no network backend of others, but says which streams it uses.
        vars(stream).update(read=self.read, write=self.write, aclose=self.aclose)

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ASYNC109 - httpcore's
        """Write, until there is an answer.

        Raises:
            httpcore.WriteError: there is one, or the connection broke; httpcore then reads on.
        """
        if self._ahead is None:
            self._ahead = asyncio.create_task(self._read(READ_BYTES, None))
        for _ in range(TURNS):
            await asyncio.sleep(0)
        if self._has_answer():
            raise httpcore.WriteError(ANSWERED)
        writing = asyncio.create_task(self._write(buffer, timeout))
        try:
            await asyncio.wait({writing, self._ahead}, return_when=asyncio.FIRST_COMPLETED)
            if not writing.done() and self._has_answer():
                raise httpcore.WriteError(ANSWERED)
            await writing
        finally:
            await _end(writing)

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ASYNC109 - httpcore's
        """Return what was read while writing, else what comes next."""
        ahead, self._ahead = self._ahead, None
        if ahead is None:
            return await self._read(max_bytes, timeout)
        try:
            async with asyncio.timeout(timeout):
                return await ahead
        except TimeoutError:
            raise httpcore.ReadTimeout from None

    async def aclose(self) -> None:
        """Close the stream."""
        if self._ahead is not None:
            await _end(self._ahead)
        await self._close()

    def _has_answer(self) -> bool:
        """Return whether a final answer, or the end, came; an interim one is neither (15.2)."""
        if self._ahead is None or not self._ahead.done():
            return False
        return self._ahead.exception() is not None or not self._ahead.result().startswith(
            b"HTTP/1.1 1"
        )


async def _end(task: "asyncio.Task[bytes] | asyncio.Task[None]") -> None:
    if not task.done():
        task.cancel()
        await asyncio.wait([task])
    with suppress(asyncio.CancelledError):
        task.exception()  # whoever waited has it; nobody else asks
