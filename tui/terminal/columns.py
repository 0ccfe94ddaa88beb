"""How wide a terminal is."""

import shutil
import sys


def answer_columns() -> int:
    """Return how wide an answer on stdout may be; 0, for as wide as it gets, but at a terminal."""
    # The last column stays free: a terminal may begin a line of its own behind it.
    return shutil.get_terminal_size().columns - 1 if sys.stdout.isatty() else 0
