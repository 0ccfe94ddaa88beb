"""The way through the app, and how far along it one is."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal

from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import Static

from tui.app.keys.caps import key_cap

Progress = Literal["done", "next", "later"]

SYMBOLS: Final[dict[Progress, str]] = {"done": "✓", "next": "▸", "later": "○"}


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do: its binding, label, what it brings, and what it asks for when clicked."""

    name: str
    binding: str
    label: str
    brings: str
    request: Callable[[], Message]


class StepLine(Static):
    """One step on its line."""

    def __init__(self, step: Step) -> None:
        super().__init__()
        self.step = step

    def show(self, progress: Progress) -> None:
        """Draw the step as done, as the next one, or as one for later."""
        for each in SYMBOLS:
            self.set_class(each == progress, f"-{each}")
        self.update(
            Content.assemble(
                f"{SYMBOLS[progress]} ",
                (f" {key_cap(self, self.step.binding)} ", "$text-primary on $panel bold"),
                f"  {self.step.label:<18}",
                (self.step.brings, "$foreground-muted"),
            )
        )

    def on_click(self, event: events.Click) -> None:
        """Ask for the step."""
        event.stop()
        self.post_message(self.step.request())


class Steps(Vertical):
    """All the steps, the first that is not done marked as the next."""

    DEFAULT_CSS = """
    Steps {
        height: auto;
        StepLine { height: 1; text-wrap: nowrap; text-overflow: ellipsis; pointer: pointer; }
        StepLine:hover { background: $boost; }
        StepLine.-done { color: $text-success; }
        StepLine.-next { text-style: bold; }
    }
    """

    def __init__(self, *steps: Step) -> None:
        super().__init__()
        self._steps = steps
        self._next = steps[0]

    def compose(self) -> ComposeResult:
        """Draw a line for each step."""
        for step in self._steps:
            yield StepLine(step)

    @property
    def next_step(self) -> Step:
        """The first step that is not done; the last one when all are."""
        return self._next

    def show(self, done: frozenset[str]) -> None:
        """Mark the steps whose names are in `done`."""
        waiting = [step for step in self._steps if step.name not in done]
        self._next = waiting[0] if waiting else self._steps[-1]
        for line in self.query(StepLine):
            if line.step.name in done:
                line.show("done")
            else:
                line.show("next" if line.step is self._next else "later")
