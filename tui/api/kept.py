"""The requests that a person has kept under a name, in a private file of the state folder.

    {"https://api.example": [{"name": "...", "method": "POST", "path": "/orders",
                              "headers": [["X-A", "1"]], "body": "{}"}]}

No token is ever in it: what looks like a credential is not written, rather one too many than one
too few.
"""

import json
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, cast

import filelock

from tui.api.request import METHODS, ApiRequest, Header, checked_header, checked_path
from tui.config.paths import shown, state_dir
from tui.errors import StoreFailed
from tui.json_value import Json, json_object
from tui.private_file import (
    LARGEST_BYTES,
    NotPrivate,
    Replacement,
    make_private_folder,
    read_private,
)
from tui.text import printable

FILE_NAME: Final = "requests.json"

LONGEST_NAME: Final = 80

LOCK_SECONDS: Final = 2.0
"""Another window holds the file for milliseconds."""

SECRET_NAMES: Final = re.compile(
    r"auth|cookie|token|secret|passw|credential|session|signature|jwt|csrf|xsrf"
    r"|(?:api|access|subscription|functions|master|private|service)[-_]?key",
    re.IGNORECASE,
)
"""Words in the name of a header whose value is a credential."""

SECRET_VALUES: Final = re.compile(
    r"eyJ[\w-]{5,}\.[\w-]{5,}"  # a JWT: base64url of '{"' at the start
    r"|\b(?:bearer|basic|dpop|negotiate|digest)\s+[\w.~+/=-]{8,}"
    r"|\b(?:gh[opsur]_|github_pat_|glpat-|xox[abeoprs]-|sk[-_]|pk[-_]|rk[-_]|AKIA|AIza)[\w-]{8,}",
    re.IGNORECASE,
)
"""How known kinds of tokens and API keys begin."""

SECRET_FIELDS: Final = re.compile(
    r"((?:access|refresh|id|auth|bearer|session|api)[-_]?token|client[-_]?(?:secret|assertion)"
    r"|api[-_]?key|passw(?:or)?d|code[-_]verifier)"
    r"(?:[\"']?\s*[:=]\s*[\"']?)[^\s\"'&,}\]]",
    re.IGNORECASE,
)
"""A member of JSON, of a form or of a query that holds a credential."""

LONG_CHARACTERS: Final = 40
"""Characters; a longer run of capital and small letters and digits is no word of a language."""


@dataclass(frozen=True, slots=True)
class KeptRequest:
    """A request under its name. A header whose value is left out has an empty one."""

    name: str
    request: ApiRequest

    @property
    def left_out(self) -> tuple[str, ...]:
        """The names of headers whose value was not kept."""
        return tuple(name for name, value in self.request.headers if not value)


class KeptRequests:
    """The requests of one API; others share the file, and other windows, so each call reads it."""

    def __init__(self, origin: str, path: Path | None = None) -> None:
        """Take the API's origin; the file is in the state folder unless told otherwise."""
        self._origin = origin
        self._path = path or state_dir() / FILE_NAME

    def all(self) -> tuple[KeptRequest, ...]:
        """Return them by name; what is damaged is left out.

        Raises:
            StoreFailed: the file cannot be read, or others can.
        """
        found = (self._understood(entry) for entry in self._of_origin(self._read()))
        return tuple(sorted((each for each in found if each), key=lambda each: each.name.lower()))

    def keep(self, name: str, request: ApiRequest, held: Iterable[str] = ()) -> KeptRequest:
        """Keep a request, in the place of one of the same name; return it as it was kept.

        `held` are the tokens of whoever is signed in.

        Raises:
            ValueError: the name is none, or path or body hold what looks like a credential.
            StoreFailed: the file cannot be written.
        """
        name = printable(name).strip()
        if not 0 < len(name) <= LONGEST_NAME:
            raise ValueError(f"a name has 1 to {LONGEST_NAME} characters")
        held = tuple(held)
        body = request.body.decode("utf-8")
        for what, text in (("path", request.path), ("body", body), ("name", name)):
            if found := credential_in(text, held):
                raise ValueError(f"its {what} holds {found}, and no token is written to a file")
        headers = tuple(_kept_in_part(header, held) for header in request.headers)
        kept = KeptRequest(name, replace(request, headers=headers))
        with self._change() as entries:
            entries[:] = [*(each for each in entries if not _is_named(each, name)), _entry(kept)]
        return kept

    def remove(self, name: str) -> None:
        """Forget a request; raises StoreFailed where the file cannot be written."""
        with self._change() as entries:
            entries[:] = [each for each in entries if not _is_named(each, name)]

    @contextmanager
    def _change(self) -> Iterator[list[Json]]:
        """Yield the requests of this API to be changed, while no other window changes any."""
        try:
            make_private_folder(self._path.parent)
            with filelock.FileLock(
                self._path.with_suffix(".lock"), timeout=LOCK_SECONDS, mode=0o600
            ):
                members = self._read(set_aside=True)
                entries = self._of_origin(members)
                yield entries
                content = json.dumps(members | {self._origin: entries}, indent=1).encode()
                if len(content) > LARGEST_BYTES:
                    raise StoreFailed(f"{shown(self._path)} is full: remove some requests first.")
                Replacement(self._path).put(content)
        except filelock.Timeout:
            raise StoreFailed(f"Another program holds {shown(self._path)}. Try again.") from None
        except OSError as error:
            raise self._failure("written", error) from None

    def _read(self, *, set_aside: bool = False) -> dict[str, Json]:
        try:
            content = read_private(self._path)
        except NotPrivate:
            raise StoreFailed(
                f"{shown(self._path)} can be read or changed by others. Make it yours alone "
                "(chmod 600), or remove it."
            ) from None
        except OSError as error:
            raise self._failure("read", error) from None
        members = {} if content is None else json_object(content)
        if members is None and set_aside:
            self._path.replace(self._path.with_suffix(".damaged"))
        return members or {}

    def _of_origin(self, members: dict[str, Json]) -> list[Json]:
        entries = members.get(self._origin)
        return entries if isinstance(entries, list) else []

    def _understood(self, entry: Json) -> KeptRequest | None:
        try:
            return _kept(self._origin, entry)
        except (KeyError, TypeError, ValueError):
            return None

    def _failure(self, done: str, error: OSError) -> StoreFailed:
        return StoreFailed(f"{shown(self._path)} cannot be {done} ({error.strerror}).")


def _kept_in_part(header: Header, held: tuple[str, ...]) -> Header:
    """Return a header without its value where that looks like a credential."""
    name, value = header
    is_secret = looks_like_credential(name, value) or credential_in(f"{name}: {value}", held)
    return name, "" if is_secret else value


def _entry(kept: KeptRequest) -> dict[str, Json]:
    request = kept.request
    return {
        "name": kept.name,
        "method": request.method,
        "path": request.path,
        "headers": [list(header) for header in request.headers],
        "body": request.body.decode("utf-8"),
    }


def _is_named(entry: Json, name: str) -> bool:
    return isinstance(entry, dict) and entry.get("name") == name


def _kept(origin: str, entry: Json) -> KeptRequest:
    members = cast("dict[str, Json]", entry)
    name, method, path, body = (_text(members[key]) for key in ("name", "method", "path", "body"))
    if method not in METHODS or name != printable(name):
        raise ValueError(method)
    headers = tuple(_kept_header(*each) for each in cast("list[list[Json]]", members["headers"]))
    request = ApiRequest(method, checked_path(origin, path), headers, body.encode("utf-8"))
    return KeptRequest(name, request)


def _kept_header(name: Json, value: Json) -> Header:
    header = _text(name), _text(value)
    checked_header(f"{header[0]}: {header[1] or 'left out'}")
    return header


def _text(value: Json) -> str:
    if not isinstance(value, str):
        raise TypeError("a text is expected")
    return value


def looks_like_credential(name: str, value: str) -> bool:
    """Return whether a header would let others in who read it."""
    return bool(SECRET_NAMES.search(name) or SECRET_VALUES.search(value)) or any(
        map(_is_random, value.split())
    )


def credential_in(text: str, held: Iterable[str]) -> str:
    """Say what in `text` looks like a credential, or is one of those that are held; or nothing."""
    if any(secret in text for secret in held if secret):
        return "one of your tokens"
    field = SECRET_FIELDS.search(text)
    if field is not None:
        return field[1]
    return "something that looks like a token" if SECRET_VALUES.search(text) else ""


def _is_random(word: str) -> bool:
    kinds = (str.isupper, str.islower, str.isdigit)
    return len(word) >= LONG_CHARACTERS and all(any(map(kind, word)) for kind in kinds)
