"""What `doorkey help` takes."""

from argparse import ArgumentParser
from typing import Final

TOPICS: Final = ("exit-codes", "json")
"""What can be explained beside the commands; the text of each is in `tui/commands/help.py`."""


def help_options(command: ArgumentParser) -> None:
    """Describe what `doorkey help` takes."""
    command.add_argument(
        "topic", nargs="?", metavar="TOPIC", help=f"a command, {' or '.join(TOPICS)}"
    )
