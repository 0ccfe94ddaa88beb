"""A body of any length on its way to the API: from memory, a file or a pipe."""

import asyncio
import json
import os
import stat
from collections.abc import AsyncIterator, Mapping
from typing import Final

from tui.api.request import content_type, is_broken_json

CHUNK_BYTES: Final = 256 * 1024

BEGINNING_BYTES: Final = 1024 * 1024
"""How much is looked at to tell what a body is; a shorter one is held as a whole."""

LONGEST_CUT: Final = 8
"""Characters of the longest piece of JSON that a cut can break: `false`, an escape (`\\u00e9`)."""


class Upload:
    """A body, with what is known of it before it is sent."""

    def __init__(
        self, held: bytes, descriptor: int | None = None, *, file_length_bytes: int | None = None
    ) -> None:
        """Take what is held of a body, and where the rest comes from.

        With `file_length_bytes` it is a file: all of it is read from the descriptor, from where
        that is now, and what is held only tells what kind of body it is.
        """
        self.sent_bytes = 0
        """How much of it has been sent."""
        self.length_bytes: Final = len(held) if descriptor is None else file_length_bytes
        """How long it is, or None for a pipe."""
        self._held = held
        self._descriptor = descriptor
        self._start = 0
        if descriptor is not None and file_length_bytes is not None:
            self._start = os.lseek(descriptor, 0, os.SEEK_CUR)

    @property
    def is_repeatable(self) -> bool:
        """Whether it can be sent again; what was read from a pipe cannot."""
        return self.length_bytes is not None

    @property
    def is_broken_json(self) -> bool:
        """Whether it looks like JSON and is not valid, as far as all of it is held."""
        is_whole = self.length_bytes is not None and self.length_bytes <= len(self._held)
        return is_whole and is_broken_json(self._held)

    def headers(self, given: Mapping[str, str]) -> dict[str, str]:
        """Return the headers that describe it, beside those that are given."""
        described = {}
        if self.length_bytes is not None:
            described["Content-Length"] = str(self.length_bytes)
        if not any(name.lower() == "content-type" for name in given):
            described["Content-Type"] = looks_like(self._held, self.length_bytes)
        return described

    async def chunks(self) -> AsyncIterator[bytes]:
        """Return the body in parts, each time from its beginning."""
        self.sent_bytes = 0
        if self._descriptor is None or self.length_bytes is None:
            if self._held:
                yield self._held
            self.sent_bytes = len(self._held)
        else:
            os.lseek(self._descriptor, self._start, os.SEEK_SET)
        while chunk := await self._read():
            yield chunk
            self.sent_bytes += len(chunk)

    async def _read(self) -> bytes:
        if self._descriptor is None:
            return b""
        if self.length_bytes is not None:
            left = self.length_bytes - self.sent_bytes
            return os.read(self._descriptor, min(left, CHUNK_BYTES))
        await _wait_until_readable(self._descriptor)
        return os.read(self._descriptor, CHUNK_BYTES)


def upload_from(descriptor: int, *, look: bool) -> Upload:
    """Return the body to be read from a descriptor; wait for the first bytes of a pipe.

    Without `look`, nothing is read yet, so that what comes slowly is sent as it comes.
    """
    status = os.fstat(descriptor)
    if stat.S_ISREG(status.st_mode) and status.st_size:
        start = os.lseek(descriptor, 0, os.SEEK_CUR)
        beginning = _read_beginning(descriptor)
        os.lseek(descriptor, start, os.SEEK_SET)
        left = max(status.st_size - start, 0)
        return Upload(beginning, descriptor, file_length_bytes=left)
    beginning = _read_beginning(descriptor) if look else b""
    is_whole = look and len(beginning) < BEGINNING_BYTES
    return Upload(beginning, None if is_whole else descriptor)


def looks_like(beginning: bytes, length_bytes: int | None) -> str:
    """Return the content type of a body, judged by how it begins."""
    if length_bytes is not None and length_bytes <= len(beginning):
        return content_type(beginning)
    if _begins_as_json(beginning.decode("utf-8", "replace")):
        return "application/json"
    return "application/octet-stream"


def _begins_as_json(text: str) -> bool:
    """Return whether nothing is wrong with JSON but that it is cut."""
    if not text.lstrip().startswith(("{", "[")):
        return False
    try:
        json.loads(text)
    except json.JSONDecodeError as error:
        return error.msg.startswith("Unterminated") or error.pos >= len(text) - LONGEST_CUT
    except RecursionError:
        return False
    return True


def _read_beginning(descriptor: int) -> bytes:
    beginning = bytearray()
    while len(beginning) < BEGINNING_BYTES:
        chunk = os.read(descriptor, min(CHUNK_BYTES, BEGINNING_BYTES - len(beginning)))
        if not chunk:
            break
        beginning += chunk
    return bytes(beginning)


async def _wait_until_readable(descriptor: int) -> None:
    """Wait for a pipe without a thread, which nobody could end before something comes."""
    loop = asyncio.get_running_loop()
    readable = loop.create_future()
    try:
        loop.add_reader(descriptor, readable.set_result, None)
    except (NotImplementedError, PermissionError):
        return  # Windows, where the read waits; a device such as /dev/zero, which never does
    try:
        await readable
    finally:
        loop.remove_reader(descriptor)
