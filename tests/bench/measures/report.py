"""What a benchmark says."""

import sys


def say(line: str) -> None:
    """Write a line at once, also into a pipe."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def at_most(value: float, most: float) -> str:
    """Judge a figure of which less is better."""
    return f"at most {most:g}: {'holds' if value <= most else 'FALLS SHORT'}"


def at_least(value: float, least: float) -> str:
    """Judge a figure of which more is better."""
    return f"at least {least:g}: {'holds' if value >= least else 'FALLS SHORT'}"
