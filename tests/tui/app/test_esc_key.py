"""Esc, told from the start of other keys."""

import os
import selectors

import pytest

from tui.app.esc_key import KEY_SECONDS, KeySelector


def test_after_something_came_the_next_look_is_soon_and_then_one_waits_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    waited: list[float | None] = []
    select = selectors.SelectSelector.select

    def watch(self: selectors.SelectSelector, timeout: float | None = None) -> object:
        waited.append(timeout)
        return select(self, 0)

    monkeypatch.setattr(selectors.SelectSelector, "select", watch)
    reading, writing = os.pipe()
    selector = KeySelector()
    selector.register(reading, selectors.EVENT_READ)
    os.write(writing, b"\x1b")
    assert selector.select(0.1)
    os.read(reading, 1)
    assert not selector.select(0.1)
    assert not selector.select(0.1)
    assert waited == [0.1, KEY_SECONDS, 0.1]
    selector.close()
    os.close(reading)
    os.close(writing)
