"""An API that answers as a test writes it, byte for byte, and remembers what it was asked."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

PATIENCE_SECONDS = 30
"""For an answer; it comes within milliseconds, on a busy machine in seconds."""

Answer = Callable[["Asked"], Awaitable[None]]
Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@dataclass
class Asked:
    """One request as it came, and the way to answer it."""

    head: bytes
    body: bytes
    writer: asyncio.StreamWriter = field(repr=False)
    reader: asyncio.StreamReader = field(repr=False)

    async def asker_is_gone(self) -> None:
        """Wait until whoever asks has hung up."""
        await self.reader.read()

    def header(self, name: str) -> list[str]:
        """Return every value of a header."""
        lines = self.head.decode("latin-1").split("\r\n")[1:]
        pairs = [line.partition(": ") for line in lines if line]
        return [value for key, _, value in pairs if key.lower() == name.lower()]

    async def answer(self, status: str = "200 OK", body: bytes = b"{}", *headers: str) -> None:
        """Send a response with a length."""
        lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers, "", ""]
        self.writer.write("\r\n".join(lines).encode("latin-1") + body)
        await self.writer.drain()

    async def send(self, data: bytes) -> None:
        """Send bytes as they are."""
        self.writer.write(data)
        await self.writer.drain()


async def _ok(asked: Asked) -> None:
    await asked.answer()


class ScriptedApi:
    """Listens on a free port of loopback; an async context manager."""

    def __init__(self, answer: Answer = _ok) -> None:
        self.answer = answer
        self.serve: Serve = self._serve
        """What a connection is given to; a test may read and write it all by itself."""
        self.asked: list[Asked] = []
        self.connections = 0
        self._writers: list[asyncio.StreamWriter] = []
        self._serving: set[asyncio.Task[object]] = set()

    async def __aenter__(self) -> "ScriptedApi":
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(self, *_exception: object) -> None:
        self.hang_up()
        self._server.close()
        if self._serving:
            await asyncio.wait(self._serving, timeout=PATIENCE_SECONDS)

    def hang_up(self) -> None:
        """End every connection."""
        for writer in self._writers:
            writer.close()
        self._writers.clear()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self._writers.append(writer)
        task = asyncio.current_task()
        if task is not None:
            self._serving.add(task)
            task.add_done_callback(self._serving.discard)
        await self.serve(reader, writer)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                asked = Asked(head, b"", writer, reader)
                asked.body = await _body(asked, reader)
                self.asked.append(asked)
                await self.answer(asked)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()


async def _body(asked: Asked, reader: asyncio.StreamReader) -> bytes:
    if asked.header("transfer-encoding"):
        body = b""
        while size := int(await reader.readline(), 16):
            body += (await reader.readexactly(size + 2))[:-2]
        await reader.readline()
        return body
    return await reader.readexactly(int((asked.header("content-length") or ["0"])[0]))
