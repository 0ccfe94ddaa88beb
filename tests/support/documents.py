"""What the repo says of itself, as tests need it: the README, and the schemas of `--json`."""

import json
import re
from itertools import takewhile
from typing import Any, Final

from jsonschema import Draft202012Validator  # type: ignore[import-untyped] # it has no types

from tests.support import ROOT

README: Final = (ROOT / "README.md").read_text("utf-8")
SCHEMAS: Final = ROOT / "docs" / "schemas"


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


def schema(name: str) -> dict[str, Any]:
    """Return a schema that is one."""
    found: dict[str, Any] = json.loads((SCHEMAS / f"{name}.json").read_text("utf-8"))
    Draft202012Validator.check_schema(found)
    return found


def validated(line: str, *names: str) -> dict[str, Any]:
    """Return the one object that a line is, which all these schemas allow."""
    assert line.endswith("\n")
    assert line.count("\n") == 1
    value: dict[str, Any] = json.loads(line)
    for name in names:
        Draft202012Validator(schema(name)).validate(value)
    return value
