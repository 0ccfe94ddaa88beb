"""The commands: where each is, and the exit code that it ends with."""

import errno
import os
import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from typing import TYPE_CHECKING, Final

from tui.errors import Cancelled, ConfigUntrusted, DoorkeyError
from tui.text import printable_block, write_line

if sys.platform != "win32":
    import resource

if TYPE_CHECKING:
    from argparse import Namespace
    from pathlib import Path

COMMANDS: Final = {
    "app": "tui.app.launch:run_app",
    "dev": "tui.app.launch:run_dev",
    "api": "tui.commands.servers:run_api",
    "tenant": "tui.commands.servers:run_tenant",
    "init": "tui.commands.init.command:init",
    "login": "tui.commands.login:login",
    "token": "tui.commands.token.command:token",
    "jwt": "tui.commands.jwt:jwt",
    "ping": "tui.commands.call.ping:ping",
    "call": "tui.commands.call.command:call",
    "proxy": "tui.commands.proxy:proxy",
    "web": "tui.app.web.command:web",
    "status": "tui.commands.status:status",
    "profiles": "tui.commands.profiles:profiles",
    "logout": "tui.commands.logout:logout",
    "doctor": "tui.commands.doctor:doctor",
    "completion": "tui.commands.completion:completion",
    "help": "tui.commands.help:show_help",
}
"""Where each command is; imported when it is called, because most need what others do not."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    _open_closed_streams()
    _turn_off_core_dumps()
    words = list(sys.argv[1:] if argv is None else argv)
    try:
        return _end(words)
    except BrokenPipeError:
        _silence_stdout()  # whoever read our output has gone
        return 0
    except OSError as error:
        _silence_stdout()
        sys.stderr.write(f"doorkey: {printable_block(_words_of(error))}\n")
        return DoorkeyError.exit_code


def _end(argv: list[str]) -> int:
    """Run one command to its end, and say how it failed: to programs on stdout, as JSON."""
    try:
        return _run_trusted(argv)
    except DoorkeyError as error:
        failed = error
    except KeyboardInterrupt:
        failed = Cancelled("cancelled")
    except OSError as error:
        if isinstance(error, BrokenPipeError) or "--json" not in argv:
            raise
        failed = DoorkeyError(_words_of(error))
    path = _named_config(argv)
    if "--json" in argv:
        from tui.commands.usage import failure_line

        write_line(failure_line(failed, path))
    else:
        from tui.config.suggested import suggested_for

        # A terminal stands behind a ^C or a question.
        start = "\n" if isinstance(failed, Cancelled) and sys.stderr.isatty() else ""
        words = suggested_for(path, printable_block(failed))
        sys.stderr.write(f"{start}doorkey: {words}\n")
    return failed.exit_code


def _named_config(argv: list[str]) -> "Path | None":
    """Return the config that a command line names; None where none that can be one."""
    from tui.commands.options.values import common_options

    try:
        found, _ = common_options().parse_known_args(argv)
    except DoorkeyError:
        return None
    return getattr(found, "config", None)


def _words_of(error: OSError) -> str:
    """Say in a sentence what the system refuses: a full disk is what people come upon."""
    where = f" at {error.filename}" if error.filename else ""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return f"There is no room left{where}: the disk is full. Make room, then try again."
    return f"The system refuses{where}: {error.strerror or error}."


def _open_closed_streams() -> None:
    """Open for every stream somewhere to write: a shell's `>&-` leaves none."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, "w"))  # noqa: PTH123, SIM115 - until the end


def _turn_off_core_dumps() -> None:
    """Keep the tokens in memory out of files; what is started from here inherits it."""
    if sys.platform != "win32":
        _, hard = resource.getrlimit(resource.RLIMIT_CORE)
        resource.setrlimit(resource.RLIMIT_CORE, (0, hard))


def _silence_stdout() -> None:
    """Keep Python from failing at its last flush."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _run_trusted(argv: list[str]) -> int:
    """Run a command; one that comes upon a config of unknown origin, after a question only."""
    try:
        return _run(argv)
    except ConfigUntrusted as untrusted:
        if "--trust" not in argv and not _agrees(untrusted.question):
            raise
        from tui.config.trust import remember_trust

        remember_trust(untrusted.text)
        return _run(argv)


def _agrees(question: str) -> bool:
    """Ask whoever sits at the terminal; nobody there is a no."""
    if not (sys.stdin and sys.stdin.isatty() and sys.stderr.isatty()):
        return False
    sys.stderr.write(question)
    sys.stderr.flush()
    return sys.stdin.readline().strip().lower() in ("y", "yes")


def _run(argv: list[str]) -> int:
    if argv[:1] == ["token"]:
        from tui.commands.token.formats import asked_in
        from tui.commands.token.quick import quick_token

        asked = asked_in(argv[1:])
        if asked is not None:
            return quick_token(asked)
    if not argv:
        from tui.app.launch import open_app

        return open_app(None)
    from tui.commands.parser import parse

    arguments = parse(argv)
    module, _, name = COMMANDS[arguments.command or "app"].partition(":")
    run: Callable[[Namespace], int] = getattr(import_module(module), name)
    return run(arguments)
