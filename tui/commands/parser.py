"""What may stand on the command line, and the help that says so."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from tui.commands.login_options import LONGEST_SECONDS, add_login_options

LARGEST_PORT: Final = 65535

DESCRIPTION: Final = """\
Sign in from your terminal through your own browser, see who you are and what your
tokens say, and call an API with an access token that is always valid.

Without a command: the app."""

EPILOG: Final = """\
exit codes: 0 done · 1 unexpected · 2 wrong usage or config · 3 the API refused
            4 sign-in needed · 5 tenant or API unreachable
            6 the tenant refused or misbehaved · 130 cancelled

auth_config.json is found by --config, DOORKEY_CONFIG, in this folder, or in your config folder."""


def parse(argv: Sequence[str]) -> argparse.Namespace:
    """Parse the command line; ends the program for wrong usage, with exit code 2, and for help.

    `command` is empty for the app, `config` is None where none is named, and `further` is what
    the servers take for themselves.
    """
    # What stands before a command does not reach that command's help.
    config = _common().parse_known_args(argv)[0]
    top = parser(getattr(config, "config", None))
    arguments, further = top.parse_known_args(argv)
    if arguments.command not in ("api", "tenant") and further:
        top.error(f"unrecognized arguments: {' '.join(further)}")
    arguments.further = further
    vars(arguments).setdefault("config", None)
    vars(arguments).setdefault("trust", False)
    return arguments


def parser(config: Path | None = None) -> argparse.ArgumentParser:
    """Describe the commands; `config` is whose callback URLs the help of `login` lists."""
    common = _common()
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
    login = command("login", "sign in by browser, paste or code", add_help=False)
    add_login_options(login, config)
    token = command("token", "print an access token that is valid")
    token.add_argument(
        "--min-validity",
        type=_seconds,
        metavar="SECONDS",
        help="renew a token with less than this left (default 60)",
    )
    token.add_argument(
        "--format",
        choices=("token", "header"),
        default="token",
        help="the token alone (default), or as a header line, for curl -H @-",
    )
    command("ping", "call the API and print what it answers")
    proxy = command("proxy", "a URL on loopback that adds the token, for programs that cannot")
    proxy.add_argument(
        "--listen",
        metavar="HOST:PORT",
        help="where on loopback; without it 127.0.0.1 and any free port",
    )
    web = command("web", "the app on a page of your browser (extra: doorkey[web])")
    web.add_argument(
        "--port", type=_port, metavar="PORT", help="on loopback (default 8000; 0 is any free one)"
    )
    status = command("status", "say who is signed in, until when, and where that is kept")
    status.add_argument("--json", action="store_true", help="for programs; holds no secrets")
    logout = command("logout", "wipe the session here, revoke it, sign out at the tenant")
    logout.add_argument("--local", action="store_true", help="leave the browser alone")
    return top


def _common() -> argparse.ArgumentParser:
    common = argparse.ArgumentParser("doorkey", add_help=False)
    common.add_argument(
        "--config",
        type=Path,
        metavar="PATH",
        default=argparse.SUPPRESS,
        help="the auth_config.json to use",
    )
    common.add_argument(
        "--trust",
        action="store_true",
        default=argparse.SUPPRESS,
        help="use the auth_config.json of this folder from now on, without a question",
    )
    return common


def _port(text: str) -> int:
    if not text.isascii() or not text.isdecimal() or len(text) > 5 or int(text) > LARGEST_PORT:
        raise argparse.ArgumentTypeError("a port from 0 to 65535 is expected")
    return int(text)


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = -1.0
    if not 0 <= seconds <= LONGEST_SECONDS:
        raise argparse.ArgumentTypeError("a number of seconds from 0 to ten years is expected")
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
