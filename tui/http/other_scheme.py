"""Whether a port of this machine speaks https where it was asked in http, or the other way round.

Asked only where an exchange has failed, and on loopback; nothing that was to be sent is sent.
"""

import asyncio
import re
import ssl
from contextlib import suppress
from typing import Final

from tui.errors import ExchangeFailed, Obstacle
from tui.web_address import WebAddress, split_web_address

LOOK_SECONDS: Final = 1.0
"""On this machine a handshake takes a few milliseconds."""

DOUBTFUL: Final[frozenset[Obstacle]] = frozenset({"broken", "nobody", "timeout", "tls"})
"""What comes of a request in the wrong one: servers close, reset, wait for more, or answer."""

PORT_OF_HTTPS: Final = re.compile(
    rb"request (?:was sent )?to (?:an )?https (?:port|server)", re.IGNORECASE
)
"""What nginx and Go answer to plain http."""

QUESTION: Final = b"HEAD / HTTP/1.0\r\n\r\n"


async def with_scheme_told(url: str, failed: ExchangeFailed) -> ExchangeFailed:
    """Return what stood in the way of an exchange: the scheme, where the port speaks the other."""
    try:
        address = split_web_address(url)
    except ValueError:
        return failed
    if not address.is_loopback or failed.obstacle not in DOUBTFUL:
        return failed
    return _wrong(address) if await _speaks(address.in_other_scheme()) else failed


def require_scheme(url: str, status: int, body: bytes) -> None:
    """Raise ExchangeFailed where an answer in http says, as nginx's and Go's, that it is https."""
    if status == 400 and PORT_OF_HTTPS.search(body[:1000]):
        address = split_web_address(url)
        if address.is_local:
            raise _wrong(address)


def _wrong(address: WebAddress) -> ExchangeFailed:
    spoken = address.in_other_scheme().scheme
    return ExchangeFailed("scheme", f"speaks {spoken}, not {address.scheme}")


def write_so(key: str, address: WebAddress, path: str = "") -> str:
    """Say what a key of the config should be where the port at `address` speaks the other one."""
    return f'Write it so in the config: "{key}": "{address.in_other_scheme().origin}{path}".'


async def _speaks(address: WebAddress) -> bool:
    with suppress(OSError, TimeoutError):
        async with asyncio.timeout(LOOK_SECONDS):
            return await _look(address)
    return False


async def _look(address: WebAddress) -> bool:
    tls = _trusting_context() if address.scheme == "https" else None
    reader, writer = await asyncio.open_connection(address.host, address.port, ssl=tls)
    try:
        if tls is not None:
            return True  # there was a handshake
        writer.write(QUESTION)
        return await reader.read(5) == b"HTTP/"
    finally:
        writer.transport.abort()


def _trusting_context() -> ssl.SSLContext:
    """Return a context for a handshake alone, whoever it is with."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context
