"""HTML from templates; the one place where text that others wrote is escaped."""

from collections.abc import Iterable
from html import escape
from string import Template


class Markup(str):
    """Text that is HTML already, and is not escaped again."""

    __slots__ = ()


def fill(template: str, **values: str) -> Markup:
    """Put values in for `$name`; each is escaped unless it is Markup."""
    safe = {
        name: value if isinstance(value, Markup) else escape(value)
        for name, value in values.items()
    }
    return Markup(Template(template).substitute(safe))


def join(parts: Iterable[Markup]) -> Markup:
    """Put pieces one after the other."""
    return Markup("".join(parts))


EMPTY = Markup()
