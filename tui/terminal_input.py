"""A line typed at the terminal, read without a thread that would outlive the wish for it."""

import asyncio
import os
from typing import Final

LARGEST_LINE_BYTES: Final = 64 * 1024


async def read_line(descriptor: int) -> str:
    """Give the next line of a terminal, with its end; an empty text where there is none to come."""
    loop = asyncio.get_running_loop()
    line: asyncio.Future[bytes] = loop.create_future()

    def readable() -> None:
        if not line.done():
            line.set_result(_available(descriptor))

    loop.add_reader(descriptor, readable)
    try:
        return (await line).decode("utf-8", "replace")
    finally:
        loop.remove_reader(descriptor)


def _available(descriptor: int) -> bytes:
    try:
        return os.read(descriptor, LARGEST_LINE_BYTES)
    except OSError:  # the terminal is gone
        return b""
