"""What `--json` writes, held against the schemas of docs/."""

import json
from typing import Any, Final

from jsonschema import Draft202012Validator  # type: ignore[import-untyped] # it has no types

from tests.support.processes import ROOT

FOLDER: Final = ROOT / "docs" / "schemas"


def schema(name: str) -> dict[str, Any]:
    """Return a schema that is one."""
    found: dict[str, Any] = json.loads((FOLDER / f"{name}.json").read_text("utf-8"))
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
