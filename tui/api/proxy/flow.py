"""Bytes on their way from one connection to another, with the faster side slowed down."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from typing import Final

MOST_WAITING_BYTES: Final = 256 * 1024
"""A reader is paused while more than this waits: so a body of any size needs no more memory."""


class BrokenOff(Exception):
    """A message ended before it was whole."""


class ByteFlow:
    """One message's body: fed by a connection's reader, taken by one task."""

    def __init__(self, reader: asyncio.ReadTransport) -> None:
        self._reader = reader
        self._chunks: deque[bytes] = deque()
        self._waiting_bytes = 0
        self._paused = False
        self._ended = False
        self._broken = False
        self._taker: asyncio.Future[None] | None = None

    def feed(self, chunk: bytes) -> None:
        """Add what has arrived."""
        self._chunks.append(chunk)
        self._waiting_bytes += len(chunk)
        if self._waiting_bytes > MOST_WAITING_BYTES and not self._paused:
            self._paused = True
            self._reader.pause_reading()
        self._wake()

    def end(self, *, broken: bool = False) -> None:
        """Say that no more comes; `broken` where more should have."""
        if not self._ended:
            self._ended, self._broken = True, broken
            self._wake()

    @property
    def ended(self) -> bool:
        """Whether everything has arrived, taken or not."""
        return self._ended and not self._broken

    async def chunks(self) -> AsyncIterator[bytes]:
        """Return the chunks as they come, until the message ends; raise BrokenOff if it does not.

        Several that wait come as one.
        """
        while True:
            if self._chunks:
                yield self._take()
            elif self._broken:
                raise BrokenOff
            elif self._ended:
                return
            else:
                self._taker = asyncio.get_running_loop().create_future()
                await self._taker

    def _take(self) -> bytes:
        chunk = self._chunks[0] if len(self._chunks) == 1 else b"".join(self._chunks)
        self._chunks.clear()
        self._waiting_bytes = 0
        if self._paused:
            self._paused = False
            self._reader.resume_reading()
        return chunk

    def _wake(self) -> None:
        if self._taker is not None and not self._taker.done():
            self._taker.set_result(None)


class Drain:
    """Whether a connection takes more bytes now (asyncio's `pause_writing`)."""

    def __init__(self) -> None:
        self._open = asyncio.Event()
        self._open.set()

    def pause(self) -> None:
        """Hold whoever writes."""
        self._open.clear()

    def resume(self) -> None:
        """Let whoever writes go on; also once the connection is lost."""
        self._open.set()

    async def wait(self) -> None:
        """Wait until there is room."""
        if not self._open.is_set():
            await self._open.wait()
