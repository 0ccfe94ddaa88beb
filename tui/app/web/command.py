"""`doorkey web`: the app on a page of one's own browser, and of no other."""

import asyncio
import os
import signal
import sys
from argparse import Namespace
from contextlib import suppress
from pathlib import Path
from typing import Final

from tui.config.load import load_config
from tui.config.paths import WEB_VARIABLE
from tui.errors import ConfigInvalid, ConfigMissing, DoorkeyError
from tui.loopback_peer import name_of_holder

PORT: Final = 8000


def web(arguments: Namespace) -> int:
    """Serve the page until interrupted; its address is the one line on stdout."""
    with suppress(ConfigMissing):  # then each tab asks which tenant to begin with
        load_config(arguments.config)
    os.environ[WEB_VARIABLE] = "1"
    command = app_command(arguments.config)
    port = PORT if arguments.port is None else arguments.port
    asyncio.run(_serve(command, port))
    return 0


def app_command(config_path: Path | None) -> list[str]:
    """Return what each tab of the page runs.

    A config that nobody has named is found anew, so that it is asked about where it has changed.
    """
    named = [] if config_path is None else ["--config", str(config_path.absolute())]
    return [sys.executable, "-P", "-m", "tui", *named]


async def _serve(command: list[str], port: int) -> None:
    try:
        from tui.app.web.page import GuardedPage
    except ModuleNotFoundError as missing:
        raise ConfigInvalid(
            f"doorkey web needs the package {missing.name}. Install Doorkey anew, with "
            "its extra: pipx install --force '.[web]' in its clone."
        ) from None
    try:
        page = GuardedPage(command, port)
    except OSError as error:
        raise ConfigInvalid(_taken(port, error)) from None
    loop, ended = asyncio.get_running_loop(), asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, ended.set)
    async with page.serve():
        sys.stdout.write(page.address + "\n")
        sys.stdout.flush()
        sys.stderr.write("Open this address in your browser; it works once. Ctrl-C ends.\n")
        page.end_when_abused(ended.set)
        await ended.wait()
    if page.is_abused:
        raise DoorkeyError(
            "The address was opened a second time, by somebody without your browser's cookie: "
            "somebody else may have read it. The page has ended. Run doorkey web again."
        )


def _taken(port: int, error: OSError) -> str:
    holder = name_of_holder(port)
    held = f"is held by {holder}" if holder else "cannot be listened on"
    why = os.strerror(error.errno) if error.errno else error  # asyncio's own has the address twice
    return (
        f"Port {port} {held} ({why}). "
        "End that program, or name another port with --port; 0 is any free one."
    )
