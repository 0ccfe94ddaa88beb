"""How often the heavy tests do what they do: short by default, in full in the gate."""

import os


def rounds(short: int, full: int) -> int:
    """Give `full` where DOORKEY_HEAVY is set, else `short`."""
    return full if os.environ.get("DOORKEY_HEAVY") else short
