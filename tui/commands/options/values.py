"""What an option's value may be, and the options that several commands have."""

import argparse
from pathlib import Path
from typing import Final

from tui.commands.usage import Parser
from tui.config.paths import profile_path

LARGEST_PORT: Final = 65535

LONGEST_SECONDS: Final = 10 * 366 * 24 * 3600
"""Ten years: a longer time is a mistake, such as milliseconds."""


def common_options() -> Parser:
    """Return the options that stand before a command or after it."""
    common = Parser("doorkey", add_help=False, allow_abbrev=False)
    which = common.add_mutually_exclusive_group()
    which.add_argument(
        "--config",
        type=Path,
        metavar="PATH",
        default=argparse.SUPPRESS,
        help="the auth_config.json to use",
    )
    which.add_argument(
        "--profile",
        dest="config",
        type=profile_path,
        metavar="NAME",
        default=argparse.SUPPRESS,
        help="the profile to use: profiles/NAME.json in your config folder",
    )
    common.add_argument(
        "--trust",
        action="store_true",
        default=argparse.SUPPRESS,
        help="use the auth_config.json of this folder from now on, without a question",
    )
    return common


def json_option(command: argparse.ArgumentParser) -> None:
    """Let `command` answer in JSON."""
    command.add_argument(
        "--json", action="store_true", help="for programs, without secrets; see doorkey help json"
    )


def port(text: str) -> int:
    """Return a port; 0 is any free one."""
    if not text.isascii() or not text.isdecimal() or len(text) > 5 or int(text) > LARGEST_PORT:
        raise argparse.ArgumentTypeError("a port from 0 to 65535 is expected")
    return int(text)


def seconds(text: str) -> float:
    """Return a number of seconds."""
    try:
        number = float(text)
    except ValueError:
        number = -1.0
    if not 0 <= number <= LONGEST_SECONDS:
        raise argparse.ArgumentTypeError("a number of seconds from 0 to ten years is expected")
    return number


def whole_seconds(text: str) -> int:
    """Return a whole number of seconds."""
    try:
        number = int(text)
    except ValueError:
        number = -1
    if not 0 <= number <= LONGEST_SECONDS:
        raise argparse.ArgumentTypeError("a number of seconds from 0 on is expected")
    return number
