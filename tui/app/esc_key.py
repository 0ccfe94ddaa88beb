"""Esc without a wait: a terminal sends the same byte for it as at the start of other keys."""

import os
import selectors
import sys
from types import SimpleNamespace
from typing import Final

KEY_SECONDS: Final = 0.03
"""Until it is clear that nothing follows; what belongs to one key comes at once."""

ESCDELAY_MILLISECONDS: Final = "25"
"""From when on Textual calls it Esc; less than the above, or it would look once more."""


class KeySelector(selectors.SelectSelector):
    """Looks again soon after something has come, and only then: at rest nothing wakes up."""

    _heard = False

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        """Wait for input, as long as is asked for or for the rest of a key."""
        ready = super().select(KEY_SECONDS if self._heard else timeout)
        self._heard = bool(ready)
        return ready


def hear_esc_at_once() -> None:
    """Have Textual, which looks every 100 ms, tell of Esc after some 50; before it is imported."""
    os.environ.setdefault("ESCDELAY", ESCDELAY_MILLISECONDS)
    if sys.platform != "win32":
        from textual.drivers import linux_driver

        # Its loop has the 100 ms as a number; what it asks for them is all that can be changed.
        ours = SimpleNamespace(SelectSelector=KeySelector, EVENT_READ=selectors.EVENT_READ)
        vars(linux_driver)["selectors"] = ours
