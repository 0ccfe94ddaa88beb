"""This machine: callback ports, keyring, folders, browser, terminal."""

import asyncio
import os
import shutil
import socket
import stat
import sys
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Final

from tui.auth.sign_in.browser import browser_commands
from tui.auth.sign_in.loopback import NO_SUCH_ADDRESS, hosts_to_listen_on, why_not_free
from tui.auth.store.sealing import KeyUnavailable
from tui.config.load import Config
from tui.config.paths import shown
from tui.doctor.discovery import Case
from tui.doctor.row import Row, Tell, row, row_of
from tui.doctor.world import World
from tui.errors import ConfigInvalid, DoorkeyError
from tui.loopback_peer import ROOT_UID
from tui.terminal.clipboard import LET_THROUGH, clipboard_tools, is_kept_by_tmux
from tui.web_address import split_web_address

WITHOUT_CONFIG: Final = ("browser", "terminal")

RULES: Final = ("callback-ports", "keyring", "folders", *WITHOUT_CONFIG)

ENTRY: Final = "doctor"
"""A name in the keyring under which nothing is ever kept."""


async def look(case: Case, tell: Tell) -> None:
    """Look at each, whatever becomes of the others; the keyring may keep one waiting."""
    world, config = case.world, case.config
    await look_without_config(world, tell)
    tell(await guard_check("callback-ports", partial(callback_ports, config)))
    tell(await guard_check("folders", partial(folders, world, config)))
    tell(await guard_check("keyring", partial(keyring, world, config)))


async def look_without_config(world: World, tell: Tell) -> None:
    """Look at what is the same for every config."""
    tell(browser(world.environ))
    tell(await guard_check("terminal", partial(terminal, world.environ)))


async def guard_check(rule: str, check: Callable[[], Row]) -> Row:
    """Run a check that asks the system in a thread; an error of it becomes a row, too."""
    try:
        return await asyncio.to_thread(check)
    except (DoorkeyError, OSError) as error:
        return row(rule, "unknown", f"not looked at: {error}")


def callback_ports(config: Config) -> Row:
    """Try to listen where the browser is to come back."""
    taken = [why for uri in config.redirect_uris if (why := _why_taken(uri))]
    if not taken:
        return row("callback-ports", "ok", "free to listen on")
    found = f"not free: {', '.join(taken)}"
    if len(taken) < len(config.redirect_uris):
        return row("callback-ports", "warning", found, "Another of `redirectUris` is used instead.")
    remedy = "End what holds the ports, or name another in `redirectUris` and at the tenant."
    return row("callback-ports", "wrong", found, remedy)


def _why_taken(uri: str) -> str:
    address = split_web_address(uri)
    hosts = hosts_to_listen_on(address.host)
    for host in hosts:
        try:
            _listen(host, address.port or 0)
        except OSError as error:
            is_missing = host == "::1" and len(hosts) > 1 and error.errno in NO_SUCH_ADDRESS
            if not is_missing:  # a machine without IPv6 has 127.0.0.1, and that is enough
                return why_not_free(address.port or 0, error)
    return ""


def _listen(host: str, port: int) -> None:
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # of a sign-in just ended
        listener.bind((host, port))
        listener.listen(1)


def keyring(world: World, config: Config) -> Row:
    """Ask the keyring for what is not there; blocks for a few seconds at most."""
    if config.session_storage in ("file", "memory"):
        return row("keyring", "ok", f'not used: "sessionStorage" is "{config.session_storage}"')
    try:
        world.keyring.get(ENTRY)
    except KeyUnavailable:
        found = "no keyring answers"
        if config.session_storage == "keyring":
            remedy = 'Start or unlock a keyring, or set "sessionStorage": "auto" in the config.'
            return row("keyring", "wrong", found, remedy)
        return row(
            "keyring",
            "warning",
            f"{found}: a session is kept in a file that you alone can read",
            "Start or unlock a keyring to have it sealed, or leave it so.",
        )
    return row("keyring", "ok", "answers: a session is sealed")


def folders(world: World, config: Config) -> Row:
    """Look who else can read the state folder, and write the config."""
    try:
        folder, path = world.state_folder(), config.path
    except ConfigInvalid as error:
        return row_of("folders", error)
    wrong = _wrong_with(folder) if folder.exists() else None
    if wrong is not None:
        return wrong
    mode = stat.S_IMODE(path.stat().st_mode) if path.exists() else 0
    if mode & 0o002:
        found = f"everybody can change {shown(path)}, and so where your tokens go"
        return row("folders", "wrong", found, f"Close it: chmod o-w {shown(path)}")
    if mode & 0o044 and config.client_secret is not None:
        found = f"others can read {shown(path)}, and a client secret is in use"
        return row("folders", "warning", found, f"Close it: chmod 600 {shown(path)}")
    return row("folders", "ok", "the state folder is for you alone")


def _wrong_with(folder: Path) -> Row | None:
    status = folder.stat()
    mode = stat.S_IMODE(status.st_mode)
    if hasattr(os, "getuid") and status.st_uid not in (os.getuid(), ROOT_UID):
        remedy = "Make it yours, or name another folder with DOORKEY_STATE_DIR."
        return row("folders", "wrong", f"{shown(folder)} belongs to another user", remedy)
    if mode & 0o700 != 0o700:
        found = f"you cannot write in {shown(folder)}, where sessions lie"
        return row("folders", "wrong", found, f"Open it for yourself: chmod 700 {shown(folder)}")
    if mode & 0o077 and hasattr(os, "getuid"):
        found = f"others can enter {shown(folder)}, where sessions lie"
        return row("folders", "wrong", found, f"Close it: chmod 700 {shown(folder)}")
    return None


def browser(environ: Mapping[str, str]) -> Row:
    """Look whether a browser with windows can be started here."""
    commands = browser_commands("http://127.0.0.1/", environ)
    if not commands:
        return row(
            "browser",
            "warning",
            "none can be shown here (SSH, a container, or no display)",
            "Sign in by a code (doorkey login --device) or by paste (doorkey login --paste).",
        )
    path = environ.get("PATH")
    if not any(shutil.which(each.words[0], path=path) for each in commands):
        found = f"BROWSER names {commands[0].words[0]}, and there is no such program"
        return row("browser", "wrong", found, "Correct BROWSER, or unset it.")
    return row("browser", "ok", "can be started")


def terminal(environ: Mapping[str, str]) -> Row:
    """Look for colours, and for a clipboard; may ask tmux, and blocks as long."""
    kind = environ.get("TERM", "")
    if kind in ("", "dumb"):
        found = f'TERM is "{kind}": the app cannot be drawn, the commands work'
        return row("terminal", "warning", found, "Use another terminal, such as xterm-256color.")
    colours = "16 million colours"
    if environ.get("NO_COLOR"):
        colours = "no colours (NO_COLOR)"
    elif environ.get("COLORTERM") not in ("truecolor", "24bit"):
        colours = "256 colours or fewer"
    tools = clipboard_tools(environ, sys.platform)
    path = environ.get("PATH")
    tool = next((each for each in tools if shutil.which(each.words[0], path=path)), None)
    found = f"{kind}, {colours}"
    if tool:
        return row("terminal", "ok", f"{found}; copies by {tool.words[0]}")
    if is_kept_by_tmux(environ):
        remedy = f"Let it through: {LET_THROUGH}. The same without its first word in ~/.tmux.conf."
        return row("terminal", "warning", f"{found}; tmux keeps what the app copies", remedy)
    found += "; whether it takes what the app copies (OSC 52) cannot be asked"
    return row("terminal", "unknown", found, "Nothing pasted? Allow it in the terminal's settings.")
