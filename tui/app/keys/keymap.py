"""The person's own keys: `keymap.json` beside their config, checked before anything uses it.

    {"ping": "space", "quit": "ctrl+q,q"}

Textual takes a wrong name or key without a word; here each is told, and the rest applies.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Final

from textual.binding import Binding, BindingType
from textual.keys import KEY_NAME_REPLACEMENTS, Keys

from tui.text import printable

LARGEST_BYTES: Final = 64 * 1024

MODIFIERS: Final = frozenset({"ctrl", "shift", "alt", "super", "hyper", "meta"})

NAMED_KEYS: Final = frozenset(key.value for key in Keys) | frozenset(KEY_NAME_REPLACEMENTS.values())

LONGEST_SHOWN: Final = 60

Scopes = Mapping[str, Iterable[BindingType]]
"""The bindings that are active together, by where; those under "everywhere" always are."""


@dataclass(frozen=True, slots=True)
class CheckedKeymap:
    """What of a keymap can be used, and what is wrong with the rest; printable."""

    keys: Mapping[str, str]
    troubles: tuple[str, ...] = ()


def read_keymap(path: Path, scopes: Scopes) -> CheckedKeymap:
    """Read a keymap and check it against the app's bindings; no file is an empty one."""
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST_BYTES + 1)
    except FileNotFoundError:
        return CheckedKeymap({})
    except OSError as error:
        return CheckedKeymap({}, (f"It cannot be read ({error.strerror}).",))
    try:
        members = json.loads(content) if len(content) <= LARGEST_BYTES else None
    except (ValueError, RecursionError):
        members = None
    if not isinstance(members, dict):
        wanted = 'a JSON object is expected, such as {"ping": "space"}'
        return CheckedKeymap({}, (f"This is no keymap: {wanted}.",))
    return check_keymap(members, scopes)


def check_keymap(members: Mapping[str, object], scopes: Scopes) -> CheckedKeymap:
    """Keep what makes sense, and say what does not."""
    known = {each.id for bindings in scopes.values() for each in _bindings(bindings) if each.id}
    good: dict[str, str] = {}
    troubles: list[str] = []
    for name, keys in members.items():
        trouble = _trouble(name, keys, known)
        if trouble:
            troubles.append(trouble)
        else:
            good[name] = str(keys).replace(" ", "")
    for name, clash in _clashes(good, scopes):
        if good.pop(name, None) is not None:
            troubles.append(clash)
    return CheckedKeymap(good, tuple(troubles))


def _trouble(name: str, keys: object, known: set[str]) -> str:
    shown = f'"{printable(name, LONGEST_SHOWN)}"'
    if name not in known:
        near = get_close_matches(name, known, n=1)
        return f"{shown} is no action" + (f'; did you mean "{near[0]}"?' if near else ".")
    if not isinstance(keys, str) or not keys.strip():
        return f'{shown} needs a key, such as "x", "f5" or "ctrl+x,x".'
    wrong = next((key for key in _split(keys) if not _is_key(key)), None)
    if wrong is None:
        return ""
    return f'{shown}: "{printable(wrong, LONGEST_SHOWN)}" is no key.'


def _clashes(good: Mapping[str, str], scopes: Scopes) -> Iterator[tuple[str, str]]:
    everywhere = list(_bindings(scopes.get("everywhere", ())))
    for scope, bindings in scopes.items():
        together = everywhere if scope == "everywhere" else [*everywhere, *_bindings(bindings)]
        users: dict[str, set[str]] = {}
        new: dict[str, set[str]] = {}
        for each in together:
            if each.id:
                keys = _split(good.get(each.id, each.key))
                new.setdefault(each.id, set()).update(set(keys) - set(_split(each.key)))
                for key in keys:
                    users.setdefault(key, set()).add(each.id)
        for key, names in users.items():
            # Where a key is shared from the start, who keeps it has changed nothing.
            changed = sorted(name for name in names if key in new[name])
            if changed and len(names) > 1:
                others = ", ".join(sorted(names - {changed[0]}))
                yield (
                    changed[0],
                    f'"{changed[0]}": {printable(key)} is the key of {others} already.',
                )


def _bindings(bindings: Iterable[BindingType]) -> Iterator[Binding]:
    return (each for each in bindings if isinstance(each, Binding))


def _split(keys: str) -> list[str]:
    return [key.strip() for key in keys.split(",")] if keys.strip() != "," else [","]


def _is_key(key: str) -> bool:
    *modifiers, last = key.split("+") if key != "+" else ["+"]
    single = len(last) == 1 and last.isprintable() and not last.isspace()
    return set(modifiers) <= MODIFIERS and (single or last in NAMED_KEYS)
