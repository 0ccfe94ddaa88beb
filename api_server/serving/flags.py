"""The flags that every server has, for the program that starts it; what a wrong one raises."""

import argparse
import re
from difflib import get_close_matches
from typing import Final, NoReturn

ADDRESS_SETTING: Final = "--host or --port"
"""Where the address comes from, unless a launcher takes it from elsewhere."""

FROM_CONFIG: Final = """

No option is needed: --config PATH, else the auth_config.json that is found,
else a built-in one of the local tenant says the rest. An option that is given
here all the same counts instead.
"""
"""What the description says besides where a launcher passes on what its config says."""


class SettingsInvalid(ValueError):
    """A setting cannot be used; the message names its flag and says what was expected."""


class Parser(argparse.ArgumentParser):
    """A parser that suggests the nearest flag for one that there is not."""

    def error(self, message: str) -> NoReturn:
        """Say what is wrong, and exit with 2."""
        given = re.search("unrecognized arguments: (--[a-z-]+)", message)
        known = re.findall("--[a-z][a-z-]*", self.format_help())
        begun = [flag for flag in known if given and flag.startswith(given[1])]
        near = begun or (get_close_matches(given[1], known, 1) if given else [])
        super().error(f"{message}. Did you mean {near[0]}?" if near else message)


def add_launcher_flags(parser: argparse.ArgumentParser) -> None:
    """Add `--stop-with-stdin`, and what a launcher says of itself, which is not for people.

    With `--program` and `--address-setting` messages name what its user knows: the launcher's own
    command, and where its address is configured.
    """
    parser.add_argument(
        "--stop-with-stdin",
        action="store_true",
        help="stop when standard input ends, that is, together with whoever started this",
    )
    parser.add_argument(
        "--program", action=_Rename, default=argparse.SUPPRESS, help=argparse.SUPPRESS
    )
    parser.add_argument("--address-setting", default=ADDRESS_SETTING, help=argparse.SUPPRESS)


class _Rename(argparse.Action):
    """Has usage and errors name another program, which has a config to take the flags from."""

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: object,
        option_string: str | None = None,
    ) -> None:
        parser.prog = str(values)
        parser.usage = f"{values} [--config PATH | --profile NAME] [--trust] [OPTION ...]"
        parser.description = f"{parser.description}{FROM_CONFIG}"
