"""JSON objects from strangers, read strictly (RFC 8259, and RFC 7515 4 on names given twice)."""

import json
from typing import Final, NoReturn

JsonObject = dict[str, object]
"""A JSON object, its members not checked yet."""


def parse_object(text: bytes) -> JsonObject:
    """Return the object that `text` is.

    Raises ValueError for anything else: other JSON, not UTF-8, a name given twice, NaN and
    Infinity, numbers too long to be meant, nesting too deep to be meant.
    """
    try:
        found = DECODER.decode(text.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise ValueError("not UTF-8") from error
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
    if not isinstance(found, dict):
        raise ValueError("not a JSON object")
    return found


def _unique(members: list[tuple[str, object]]) -> JsonObject:
    found = dict(members)
    if len(found) != len(members):
        raise ValueError("a name is given twice")
    return found


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


DECODER: Final = json.JSONDecoder(object_pairs_hook=_unique, parse_constant=_refuse_constant)
"""Made once: json.loads would make one for each call with these options."""
