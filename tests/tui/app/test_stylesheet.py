"""A stylesheet that parses once."""

import pytest
from textual.css.parse import parse

from tui.app.textual_internals import KeptStylesheet

CSS = "Static { color: $calm; }"


@pytest.fixture
def parsed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What has been parsed so far."""
    seen: list[str] = []

    def count(scope: str, css: str, *rest: object, **further: object) -> object:
        seen.append(css)
        return parse(scope, css, *rest, **further)  # type: ignore[arg-type] # as it was called

    monkeypatch.setattr("textual.css.stylesheet.parse", count)
    return seen


def sheet() -> KeptStylesheet:
    stylesheet = KeptStylesheet(variables={"calm": "#112233"})
    stylesheet.add_source(CSS, read_from=("calm", ""))
    stylesheet.parse()
    return stylesheet


def color_of(stylesheet: KeptStylesheet) -> str:
    return stylesheet.rules[0].styles.color.hex.lower()


def test_what_has_not_changed_is_not_parsed_again(parsed: list[str]) -> None:
    stylesheet = sheet()
    stylesheet.add_source("Button { width: 1; }", read_from=("more", ""))
    stylesheet.set_variables({"calm": "#112233"})
    stylesheet.reparse()
    assert parsed == [CSS, "Button { width: 1; }"]
    assert len(stylesheet.rules) == 2


def test_other_colours_are_taken_up() -> None:
    stylesheet = sheet()
    assert color_of(stylesheet) == "#112233"
    stylesheet.set_variables({"calm": "#445566"})
    stylesheet.reparse()
    assert color_of(stylesheet) == "#445566"
