"""The servers' logs on stderr: one JSON object a line, for each request and each event."""

import asyncio
import json
import logging
import os
import re
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from functools import lru_cache
from itertools import count
from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

REQUEST_ID: Final = re.compile(rb"[A-Za-z0-9._-]{1,64}")
"""What is taken over from a proxy; too short for a token to be passed off as one."""

MAX_PATH: Final = 200
"""Characters of a path that are logged."""

TOKEN_START: Final = "eyJ"  # noqa: S105 - how every JWT begins
"""A path that holds this may hold a token, and is not logged."""

FLUSH_SECONDS: Final = 0.1
"""Lines wait this long, so that a busy server writes many at once."""

ATOMIC_BYTES: Final = 4096
"""PIPE_BUF: several workers that write this much into one pipe do not mix their lines."""

LOGGING: Final[dict[str, object]] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "api_server.serving.logs.JsonLines"}},
    "handlers": {
        "stderr": {
            "class": "logging.StreamHandler",
            "formatter": "json",
            "stream": "ext://sys.stderr",
        }
    },
    "loggers": {
        "_granian": {"handlers": ["stderr"], "level": "WARNING", "propagate": False},
        "granian.access": {"handlers": [], "level": "CRITICAL", "propagate": False},
        "api_server": {"handlers": ["stderr"], "level": "INFO", "propagate": False},
    },
}
"""For logging.config: our own lines, and of Granian's only what needs somebody to act.

Granian's access log is off: its lines would hold query strings, which may hold tokens.
"""

Write = Callable[[bytes], object]


class JsonLines(logging.Formatter):
    """Formats a record as one line of JSON: time, level, logger, message, and the error if any."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line; json.dumps escapes every control character, so none can be forged."""
        line = {
            "time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(record.created)),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info:
            line["error"] = self.formatException(record.exc_info)
        return json.dumps(line)


class LineWriter:
    """Collects lines and writes them together, soon."""

    def __init__(self, write: Write) -> None:
        self._write = write
        self._lines: list[bytes] = []
        self._size = 0
        self._timer: asyncio.TimerHandle | None = None

    def add(self, line: bytes) -> None:
        """Write `line` within FLUSH_SECONDS."""
        if self._size + len(line) > ATOMIC_BYTES:
            self.flush()
        self._lines.append(line)
        self._size += len(line)
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(FLUSH_SECONDS, self.flush)

    def flush(self) -> None:
        """Write what is there now."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._lines:
            self._write(b"".join(self._lines))
            self._lines.clear()
            self._size = 0


class AccessLog:
    """Logs each request of `app`: method, path, status, milliseconds, id; no query, no header.

    The answer carries the id as `X-Request-ID` and the time as `Server-Timing`.
    """

    def __init__(
        self,
        app: ASGIApp,
        write: Write | None = None,
        wall: Callable[[], float] = time.time,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        self._app = app
        self._lines = LineWriter(_to_stderr if write is None else write)
        self._wall = wall
        self._clock = clock
        self._serials = count(1)
        # ids of this worker: told apart from others' by their beginning, in order by their end
        self._prefix = os.urandom(5).hex()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, or the app's life."""
        if scope["type"] != "http":
            return await self._other(scope, receive, send)
        started = self._clock()
        request_id = _sent_id(scope) or f"{self._prefix}{next(self._serials):06x}".encode()
        status = 500

        async def stamped(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                spent = b"app;dur=%.2f" % ((self._clock() - started) * 1000)
                message["headers"] = [
                    *message["headers"],
                    (b"x-request-id", request_id),
                    (b"server-timing", spent),
                ]
            await send(message)

        try:
            await self._app(scope, receive, stamped)
        finally:
            self._log(scope, status, request_id, (self._clock() - started) * 1000)

    async def _other(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await self._app(scope, receive, send)
        finally:
            self._lines.flush()

    def _log(self, scope: Scope, status: int, request_id: bytes, milliseconds: float) -> None:
        seconds, fraction = divmod(self._wall(), 1)
        self._lines.add(
            b'{"time": "%s.%03dZ", %s, "status": %d, "ms": %.2f, "id": "%s"}\n'
            % (
                _utc(seconds),
                fraction * 1000,
                _what(scope["method"], scope["path"]),
                status,
                milliseconds,
                request_id,
            )
        )


@lru_cache(maxsize=256)
def _what(method: str, path: str) -> bytes:
    """Return method and path as they may be logged; few paths make up most requests."""
    shown = "(a token)" if TOKEN_START in path else path[:MAX_PATH]
    return f'"method": {json.dumps(method)}, "path": {json.dumps(shown)}'.encode()


@lru_cache(maxsize=2)
def _utc(seconds: float) -> bytes:
    """Return the second as text; formatted once for all requests in it."""
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds)).encode()


def _sent_id(scope: Scope) -> bytes | None:
    for name, value in scope["headers"]:
        if name == b"x-request-id" and REQUEST_ID.fullmatch(value):
            return bytes(value)
    return None


def _to_stderr(lines: bytes) -> None:
    # a log that nobody reads any more (a closed pipe, a full disk) must not cost an answer
    with suppress(OSError):
        os.write(sys.stderr.fileno(), lines)
