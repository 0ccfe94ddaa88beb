"""A stylesheet that does not parse twice what has not changed."""

from typing import Final

from textual.cache import LRUCache
from textual.css.model import RuleSet
from textual.css.stylesheet import Stylesheet

SOURCES: Final = 512
"""Whose rules are kept: more than Textual's widgets and ours have together."""


class KeptStylesheet(Stylesheet):
    """Keeps parsed rules until the colours change.

    Textual parses everything anew whenever a screen's own file comes in, which made the first
    visit to a place take four times as long.
    """

    def __init__(self, *, variables: dict[str, str]) -> None:
        super().__init__(variables=variables)
        self._parse_cache: LRUCache[tuple[object, ...], list[RuleSet]] = LRUCache(SOURCES)

    def set_variables(self, variables: dict[str, str]) -> None:
        """Take other colours; the same ones leave the rules as they are."""
        if variables != self._variables:
            super().set_variables(variables)

    def reparse(self) -> None:
        """Parse what is new."""
        self.parse()
