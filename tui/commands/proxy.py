"""`doorkey proxy`: the API at a URL on loopback that needs no token, for whoever knows it."""

import asyncio
import signal
import sys
from argparse import Namespace
from datetime import UTC, datetime
from typing import Final

from tui.api.proxy.server import Proxy
from tui.api.proxy.tokens import Tokens
from tui.auth.current import NOBODY
from tui.auth.renewal import EXPIRED
from tui.auth.service import AuthService
from tui.config.load import Config, load_config
from tui.errors import ConfigInvalid
from tui.http.connection import tls_context
from tui.loopback_peer import port_holder
from tui.text import write_line
from tui.web_address import is_loopback, split_web_address

try:
    import uvloop
except ImportError:  # there is none for Windows, nor for PyPy
    NEW_LOOP = asyncio.new_event_loop
else:
    NEW_LOOP = uvloop.new_event_loop  # a request costs 12 % less CPU time than on asyncio's

ANY_PORT: Final = "127.0.0.1:0"

UNTIL_THEN: Final = "Until then each request is answered 401."


def proxy(arguments: Namespace) -> int:
    """Pass requests on until interrupted; the base URL is the one line on stdout."""
    config = load_config(arguments.config)
    host, port = listen_address(arguments.listen or ANY_PORT)
    with asyncio.Runner(loop_factory=NEW_LOOP) as runner:
        runner.run(_serve(config, host, port))
    return 0


def listen_address(text: str) -> tuple[str, int]:
    """Return host and port of `--listen`.

    Raises:
        ConfigInvalid: it is not an address on loopback with a port.
    """
    try:
        address = split_web_address(f"http://{text}")
        if not is_loopback(address.host) or address.port is None or address.path:
            raise ValueError(text)
    except ValueError:
        raise ConfigInvalid(
            "--listen takes an address on loopback and a port, such as 127.0.0.1:8700."
        ) from None
    return "127.0.0.1" if address.host == "localhost" else address.host, address.port or 0


async def _serve(config: Config, host: str, port: int) -> None:
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, ended.set)
    async with AuthService(config) as service:
        service.take_up()
        tokens = Tokens(service)
        made = Proxy(config.api_url, tokens.sign, tls=tls_context(), log=_write_log)
        try:
            base = await made.listen(host, port)
        except OSError as error:
            raise ConfigInvalid(_taken(host, port, error)) from None
        write_line(base)
        if service.session is None or service.has_expired():
            sys.stderr.write(f"doorkey: {EXPIRED if service.session else NOBODY} {UNTIL_THEN}\n")
        await ended.wait()
        await made.aclose()


def _write_log(line: str) -> None:
    at = datetime.now(UTC).isoformat(timespec="seconds")
    sys.stderr.write(f"{at} {line}\n")


def _taken(host: str, port: int, error: OSError) -> str:
    holder = port_holder(port)
    by = f" by {holder[1]} (process {holder[0]})" if holder else ""
    why = f"is taken{by}" if holder else f"cannot be had ({error.strerror})"
    return f"{host}:{port} {why}. Name another port with --listen, or leave it out for a free one."
