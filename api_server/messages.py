"""`/api/messages`: read with one scope, written to with another; kept in memory, and bounded."""

import json
from collections import deque
from typing import Final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from api_server.bearer import requires
from api_server.serving.request_limits import read_body

READ_MESSAGES: Final = "read:messages"
WRITE_MESSAGES: Final = "write:messages"

MOST_MESSAGES: Final = 100
"""Kept beside the first three; the oldest makes room."""

LARGEST_BODY_BYTES: Final = 4096

LONGEST_TEXT: Final = 500
"""Characters of one message."""

NO_STORE: Final = {"cache-control": "no-store"}
"""What one caller may see is not for a cache between us and the next."""

FIRST: Final = (
    {"id": 1, "from": "alice@example.com", "text": "Your key is under the doormat."},
    {"id": 2, "from": "bob@example.com", "text": "Scopes decide which doors it opens."},
    {"id": 3, "from": "carol@example.com", "text": "This one opened read:messages."},
)

Message = dict[str, object]


class Messages:
    """The messages of one worker; they end with it."""

    def __init__(self) -> None:
        self._written: deque[Message] = deque(maxlen=MOST_MESSAGES)
        self._next_id = len(FIRST) + 1
        self._all = JSONResponse(FIRST, headers=NO_STORE)
        """Written once for all readers, until there is another message."""

    async def answer(self, request: Request) -> Response:
        """Answer GET with all messages, and POST with the one that it adds."""
        return await (self.add(request) if request.method == "POST" else self.read(request))

    @requires(READ_MESSAGES)
    async def read(self, _: Request) -> Response:
        """Answer whoever may read messages."""
        return self._all

    @requires(WRITE_MESSAGES)
    async def add(self, request: Request) -> Response:
        """Add the message of whoever may write some."""
        body = await read_body(request, LARGEST_BODY_BYTES)
        if body is None:
            return _problem(413, f"A message has at most {LARGEST_BODY_BYTES} bytes")
        text = _text_in(body)
        if not text:
            return _problem(
                400, f'Expected {{"text": "..."}} with 1 to {LONGEST_TEXT} characters, as JSON'
            )
        message: Message = {"id": self._next_id, "from": request.user.identity, "text": text}
        self._next_id += 1
        self._written.append(message)
        self._all = JSONResponse([*FIRST, *self._written], headers=NO_STORE)
        return JSONResponse(message, status_code=201, headers=NO_STORE)


def _text_in(body: bytes) -> str:
    try:
        message = json.loads(body)
    except (ValueError, RecursionError):
        return ""
    text = message.get("text") if isinstance(message, dict) else None
    return text if isinstance(text, str) and len(text) <= LONGEST_TEXT else ""


def _problem(status: int, description: str) -> Response:
    body = {"error": "invalid_request", "error_description": description}
    return JSONResponse(body, status_code=status, headers=NO_STORE)
