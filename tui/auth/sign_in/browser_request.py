"""One request of a browser, read with no trust in it, and the page that answers it."""

import asyncio
import contextlib
from collections.abc import Mapping
from typing import Final

import h11

from tui.auth.sign_in.result_page import MALFORMED, TOO_LONG, ResultPage

READ_SECONDS: Final = 5.0
"""For a whole request head: an idle connection (a browser's preconnect) is dropped after it."""

LARGEST_HEAD_BYTES: Final = 16 * 1024

CHUNK_BYTES: Final = 4096


async def read_request(
    connection: h11.Connection, reader: asyncio.StreamReader
) -> h11.Request | ResultPage | None:
    """Read one request head; a page where it is malformed, None where nobody asks anything."""
    try:
        async with asyncio.timeout(READ_SECONDS):
            while (event := connection.next_event()) is h11.NEED_DATA:
                connection.receive_data(await reader.read(CHUNK_BYTES))
    except TimeoutError:
        return None
    except h11.RemoteProtocolError as error:
        return TOO_LONG if error.error_status_hint == 431 else MALFORMED
    return event if isinstance(event, h11.Request) else None


def header_lists(request: h11.Request) -> Mapping[bytes, list[bytes]]:
    """Give the values of each header, under its name in lower case."""
    headers: dict[bytes, list[bytes]] = {}
    for name, value in request.headers:
        headers.setdefault(name.lower(), []).append(value)
    return headers


async def send_page(
    connection: h11.Connection, writer: asyncio.StreamWriter, page: ResultPage
) -> None:
    """Answer with `page`, and hang up."""
    allow = [("Allow", "GET")] if page.status == 405 else []
    response = h11.Response(status_code=page.status, headers=[*page.headers, *allow])
    writer.write(connection.send(response) or b"")
    with contextlib.suppress(h11.LocalProtocolError):  # HEAD has no body (RFC 9110 9.3.2)
        writer.write(connection.send(h11.Data(data=page.body)) or b"")
        writer.write(connection.send(h11.EndOfMessage()) or b"")
    await writer.drain()
    writer.close()
    await writer.wait_closed()
