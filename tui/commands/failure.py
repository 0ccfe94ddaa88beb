"""What a program is told of a failure, where it asked with `--json`."""

import json

from tui.errors import DoorkeyError
from tui.text import printable_block


def failure_line(error: DoorkeyError) -> str:
    """Return the one object that says what went wrong, as a line for stdout."""
    members = {
        "error": error.word,
        "message": printable_block(error),
        "exit": error.exit_code,
        "next": error.next_step,
    }
    return json.dumps(members | dict(error.further or {})) + "\n"
