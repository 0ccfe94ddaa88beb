"""The commands that a text suggests: each with the option that has it use the same config."""

import re
from pathlib import Path
from typing import Final

from tui.config.paths import find_config, profile_of
from tui.errors import ConfigInvalid

SUGGESTED: Final = re.compile(
    r"\bdoorkey (?=(?:api|call|dev|doctor|login|logout|ping|proxy|status|tenant|token)\b"
    # Where it names a profile of its own, it needs no option.
    r"|init(?: keep\b|\.))"
)

PLAIN: Final = re.compile(r"[\w@%+=:,./-]+", re.ASCII)
"""What no shell reads as anything else, be it in quotes or not."""


def option_for(path: Path) -> str:
    """Return the option that a command needs to use the config at `path`; mostly none.

    One that would need quotes is `--config PATH`: in quotes around words of others, its own would
    end those.
    """
    try:
        if find_config().absolute() == path.absolute():
            return ""
    except ConfigInvalid:
        pass  # none is found without an option
    name = profile_of(path)
    if name:
        return f"--profile {name}"
    return f"--config {path if PLAIN.fullmatch(str(path)) else 'PATH'}"


def suggested_for(path: Path | None, text: str) -> str:
    """Return `text` with the commands that it suggests written for the config at `path`.

    Without a path they stay as they are: they will find what was found.
    """
    if path is None or not SUGGESTED.search(text):
        return text
    option = option_for(path)
    return SUGGESTED.sub(f"doorkey {option} ", text) if option else text
