"""JSON and base64url from strangers, read strictly: one spelling for each value.

Two readers that take two spellings for one, or that choose differently between two members of
one name, disagree on what a token says (RFC 7515 4, RFC 8259 4).
"""

import binascii
import json
from base64 import urlsafe_b64encode
from typing import Final, NoReturn

JsonObject = dict[str, object]
"""A JSON object whose members have not been checked yet."""

URL_TO_STANDARD: Final = bytes.maketrans(b"-_+/=", b"+/!!!")
"""From the URL-safe alphabet to the standard one; what only the latter has becomes invalid."""


def parse_object(text: bytes) -> JsonObject:
    """Return the JSON object that `text` holds.

    Raise ValueError for anything else: other JSON, not UTF-8, a name given twice, NaN and
    Infinity, a number or a nesting too long to be meant.
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


def decode_base64url(text: bytes) -> bytes:
    """Return the bytes that `text` encodes (RFC 7515 2), without padding.

    Raise ValueError unless it is their only spelling: another one of the same bytes would be a
    second, equally valid token (RFC 4648 3.5).
    """
    padded = text.translate(URL_TO_STANDARD) + b"=" * (-len(text) % 4)
    decoded = binascii.a2b_base64(padded, strict_mode=True)
    if binascii.b2a_base64(decoded, newline=False) != padded:
        raise ValueError("not canonical base64url")
    return decoded


def encode_base64url(raw: bytes) -> str:
    """Return `raw` as base64url without padding (RFC 7515 2)."""
    return urlsafe_b64encode(raw).rstrip(b"=").decode("ascii")


def _unique(members: list[tuple[str, object]]) -> JsonObject:
    found = dict(members)
    if len(found) != len(members):
        raise ValueError("a name is given twice")
    return found


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


DECODER: Final = json.JSONDecoder(object_pairs_hook=_unique, parse_constant=_refuse_constant)
"""Made once: json.loads would make one for each call with these options."""
