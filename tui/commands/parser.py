"""What may stand on the command line, and the help that says so."""

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final, NamedTuple

from tui.commands.options import call, session, set_up
from tui.commands.options.values import common_options, json_option
from tui.commands.usage import CommandLineWrong, Parser

DESCRIPTION: Final = """\
Sign in from your terminal through your own browser, see who you are and what
your tokens say, and call an API with an access token that is always valid.

Without a command: the app."""

EPILOG: Final = """\
exit codes: 0 done · 1 unexpected · 2 wrong usage or config
            3 the API refused · 4 sign-in needed · 5 tenant or API unreachable
            6 the tenant refused or misbehaved · 130 cancelled

auth_config.json is found by --config or --profile, DOORKEY_CONFIG or
DOORKEY_PROFILE, in this folder, or in your config folder."""


def _no_options(_command: argparse.ArgumentParser) -> None:
    """Leave a command as it is."""


class Command(NamedTuple):
    """What the help says of a command, and what describes its options."""

    name: str
    text: str
    describe: Callable[[argparse.ArgumentParser], None] = _no_options
    add_help: bool = True
    """False where `describe` brings a help of its own, or the options go on to a server."""


COMMANDS: Final = (
    Command("dev", "the app, with its API and local tenant started beside it"),
    # Their own options, --help among them, go on to the servers as they are.
    Command("api", "the bundled API; see api --help", add_help=False),
    Command("tenant", "the local tenant; see tenant --help", add_help=False),
    Command("init", "set up a tenant of your own: write the config for it", set_up.init_options),
    Command("login", "sign in by browser, paste or code", session.login_options, add_help=False),
    Command("token", "print an access token that is valid", session.token_options),
    Command("jwt", "say what a JWT is, and whether its issuer signed it", session.jwt_options),
    Command("ping", "call the API and print what it answers", json_option),
    Command("call", "call the API: any method, path and body, with the token", call.call_options),
    Command(
        "proxy",
        "a URL on loopback that adds the token, for programs that cannot",
        call.proxy_options,
    ),
    Command("web", "the app on a page of your browser (needs the extra web)", call.web_options),
    Command(
        "status",
        "say who is signed in, until when, and where that is kept",
        session.status_options,
    ),
    Command(
        "profiles",
        "list profiles and configs at hand, and who is signed in by each",
        set_up.profiles_options,
    ),
    Command(
        "logout",
        "wipe the session here, revoke it, sign out at the tenant",
        session.logout_options,
    ),
    Command("doctor", "check config, tenant, client, API and session; say what helps", json_option),
    Command("completion", "print what a shell completes commands by", set_up.completion_options),
    Command("help", "explain a command, the exit codes, or what --json says", set_up.help_options),
)
"""In the order of the help; the function of each is in `COMMANDS` of `tui/cli.py`."""

COMMAND_NAMES: Final = frozenset(command.name for command in COMMANDS)


def parse(argv: Sequence[str]) -> argparse.Namespace:
    """Parse the command line; ends the program for wrong usage, with exit code 2, and for help.

    `command` is empty for the app, `config` is None where none is named, and `further` is what
    the servers take for themselves.
    """
    try:
        return _parse(argv)
    except CommandLineWrong as wrong:
        if "--json" in argv:
            raise
        sys.stderr.write(f"{wrong.usage}doorkey: {wrong}\n")
        sys.exit(wrong.exit_code)


def _parse(argv: Sequence[str]) -> argparse.Namespace:
    # What stands before a command does not reach that command's help, and neither of the two
    # parsers sees a --config and a --profile on both sides of a command.
    config, others = common_options().parse_known_args(argv)
    top = parser(getattr(config, "config", None))
    if argv and argv[:1] == others[:1] and _is_unknown(argv[0]):
        # else what follows it would be taken for the command
        top.refuse([argv[0]], _place_of(argv[0], others[1:], top))
    arguments, further = top.parse_known_args(argv)
    if arguments.verbose and arguments.command:
        # Else a script that wants a token would take the version for it.
        raise CommandLineWrong(
            "-v goes without a command: it prints the version, and all that a bug report needs",
            top.format_usage(),
        )
    if arguments.version or arguments.verbose:
        from tui.commands.options.version import version_text  # takes as long as all the rest

        sys.stdout.write(version_text(verbose=arguments.verbose))
        sys.exit(0)
    if arguments.command == "help" and arguments.topic in COMMAND_NAMES:
        if further:
            top.commands["help"].refuse(further)
        return _parse([arguments.topic, "--help"])
    if arguments.command not in ("api", "tenant") and further:
        top.commands.get(arguments.command, top).refuse(further)
    arguments.further = further
    vars(arguments).setdefault("config", None)
    vars(arguments).setdefault("trust", False)
    return arguments


def _place_of(option: str, behind: Sequence[str], top: Parser) -> str:
    """Return where an option belongs that stands before a command, or nothing."""
    command = next((word for word in behind if word in COMMAND_NAMES), "")
    known = command and option.partition("=")[0] in top.commands[command].options()
    return f". It belongs behind the command: doorkey {command} {option}" if known else ""


def _is_unknown(word: str) -> bool:
    """Return whether a word that no command's common options know is none of `doorkey` either."""
    return word.startswith("--") and word not in ("--help", "--version", "--verbose")


def parser(config: Path | None = None) -> Parser:
    """Describe the commands; `config` is whose callback URLs the help of `login` lists."""
    common = common_options()
    top = Parser(
        "doorkey",
        description=DESCRIPTION,
        epilog=EPILOG,
        parents=[common],
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    top.add_argument("--version", action="store_true", help="show the version and exit")
    top.add_argument(
        "-v", "--verbose", action="store_true", help="the same, and all that a bug report needs"
    )
    commands = top.add_subparsers(dest="command", metavar="COMMAND", title="commands")
    for command in COMMANDS:
        made = commands.add_parser(
            command.name,
            help=command.text,
            description=command.text[0].upper() + command.text[1:] + ".",
            parents=[common],
            add_help=command.add_help,
            allow_abbrev=False,  # what is short for one option today may be for two tomorrow
        )
        made.set_defaults(config_for_help=config)
        command.describe(made)
    top.commands = commands.choices
    return top
