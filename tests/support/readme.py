"""The README, read as tests need it: its tables and its examples."""

import re
from itertools import takewhile
from typing import Final

from tests.support.processes import ROOT

README: Final = (ROOT / "README.md").read_text("utf-8")


def table(*header: str) -> list[tuple[str, ...]]:
    """Return the rows of the table with this header; an empty first cell is the one above."""
    lines = README.splitlines()
    start = lines.index(f"| {' | '.join(header)} |") + 2
    rows: list[tuple[str, ...]] = []
    for line in lines[start:]:
        if not line.startswith("|"):
            return rows
        first, *others = (cell.strip() for cell in line.strip("|").split(" | "))
        rows.append((first or rows[-1][0], *others))
    return rows


def quoted(text: str) -> list[str]:
    """Return what stands between backticks."""
    return re.findall(r"`([^`]+)`", text)


def python_example(beginning: str) -> str:
    """Return the one example in Python that begins so."""
    (found,) = re.findall(rf"```python\n({re.escape(beginning)}.*?)```", README, re.DOTALL)
    return str(found)


def indented_after(words: str) -> str:
    """Return the block of indented lines that follows the words, without its indentation."""
    after = README.partition(words)[2].partition("\n\n    ")[2]
    lines = takewhile(lambda line: not line or line.startswith("    "), f"    {after}".splitlines())
    return "\n".join(line.removeprefix("    ") for line in lines).strip()
