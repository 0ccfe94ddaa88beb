"""The commands: what each is called, what it takes, and the exit code that it ends with."""

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path
from typing import Final

from tui.auth.errors import DoorkeyError
from tui.text import printable_block

CANCELLED: Final = 130
"""128 + SIGINT, as shells have it."""

DESCRIPTION: Final = """\
Sign in from your terminal through your own browser, see who you are and what your
tokens say, and call an API with an access token that is always valid.

Without a command: the app."""

EPILOG: Final = """\
exit codes: 0 done · 1 unexpected · 2 wrong usage or config · 3 the API refused
            4 sign-in needed · 5 tenant or API unreachable · 130 cancelled

auth_config.json is found by --config, DOORKEY_CONFIG, in this folder, or in your config folder."""

COMMANDS: Final = {
    "app": "tui.app_commands:run_app",
    "dev": "tui.app_commands:run_dev",
    "api": "tui.server_commands:run_api",
    "tenant": "tui.server_commands:run_tenant",
    "login": "tui.login_command:login",
    "token": "tui.token_command:token",
    "ping": "tui.session_commands:ping",
    "status": "tui.status_command:status",
    "logout": "tui.session_commands:logout",
}
"""Where each command is; imported when it is called, because most need what others do not."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and give its exit code."""
    arguments, further = parser().parse_known_args(argv)
    command = arguments.command or "app"
    if command not in ("api", "tenant") and further:
        parser().error(f"unrecognized arguments: {' '.join(further)}")
    arguments.further = further
    vars(arguments).setdefault("config", None)
    module, _, name = COMMANDS[command].partition(":")
    try:
        run: Callable[[argparse.Namespace], int] = getattr(import_module(module), name)
        return run(arguments)
    except DoorkeyError as error:
        sys.stderr.write(f"doorkey: {printable_block(error)}\n")
        return error.exit_code
    except KeyboardInterrupt:
        sys.stderr.write("doorkey: cancelled\n")
        return CANCELLED
    except BrokenPipeError:
        # Whoever read our output has gone; Python must not fail at its last flush.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


def parser() -> argparse.ArgumentParser:
    """Describe the commands."""
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument(
        "--config",
        type=Path,
        metavar="PATH",
        default=argparse.SUPPRESS,
        help="the auth_config.json to use",
    )
    top = argparse.ArgumentParser(
        "doorkey",
        description=DESCRIPTION,
        epilog=EPILOG,
        parents=[common],
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    top.add_argument("--version", action=_Version, nargs=0, help="show the version and exit")
    commands = top.add_subparsers(dest="command", metavar="COMMAND", title="commands")

    def command(name: str, text: str, *, add_help: bool = True) -> argparse.ArgumentParser:
        description = text[0].upper() + text[1:] + "."
        return commands.add_parser(
            name, help=text, description=description, parents=[common], add_help=add_help
        )

    command("dev", "the app, with its API and local tenant started beside it")
    # Their own options, --help among them, go on to the servers as they are.
    command("api", "the bundled API; see api --help", add_help=False)
    command("tenant", "the local tenant; see tenant --help", add_help=False)
    login = command("login", "sign in through the browser")
    login.add_argument(
        "--no-browser", action="store_true", help="only print the address; open it yourself"
    )
    token = command("token", "print an access token that is valid")
    token.add_argument(
        "--min-validity",
        type=_seconds,
        metavar="SECONDS",
        help="renew a token with less than this left (default 60)",
    )
    command("ping", "call the API and print what it answers")
    status = command("status", "say who is signed in, until when, and where that is kept")
    status.add_argument("--json", action="store_true", help="for programs; holds no secrets")
    logout = command("logout", "wipe the session here, revoke it, sign out at the tenant")
    logout.add_argument("--local", action="store_true", help="leave the browser alone")
    return top


def _seconds(text: str) -> float:
    seconds = float(text)
    if not 0 <= seconds <= 86400:
        raise argparse.ArgumentTypeError("a number of seconds between 0 and 86400 is expected")
    return seconds


class _Version(argparse.Action):
    """Looks the version up only when it is asked for: it takes as long as all the rest."""

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: object,
        option_string: str | None = None,
    ) -> None:
        from importlib.metadata import version

        sys.stdout.write(f"doorkey {version('doorkey')}\n")
        parser.exit()
