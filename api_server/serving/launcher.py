"""What a server is called by the program that starts it, so that messages name what people know."""

import argparse
from typing import Final

ADDRESS_SETTING: Final = "--host or --port"
"""Where the address comes from, unless a launcher takes it from elsewhere."""


def add_launcher_flags(parser: argparse.ArgumentParser) -> None:
    """Let a launcher say its own name and where it has the address from; not for people."""
    parser.add_argument(
        "--program", action=_Rename, default=argparse.SUPPRESS, help=argparse.SUPPRESS
    )
    parser.add_argument("--address-setting", default=ADDRESS_SETTING, help=argparse.SUPPRESS)


class _Rename(argparse.Action):
    """Have usage and errors speak of another program."""

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: object,
        option_string: str | None = None,
    ) -> None:
        parser.prog = str(values)
