"""What Home shows under its greeting: the next step, all the steps, the state of things."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Final, Literal

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.message import Message
from textual.reactive import var
from textual.widgets import Button, Static

from tui.app.account import Account
from tui.app.keys.caps import key_cap
from tui.app.messages import GoRequested, SignInRequested
from tui.app.widgets.state_panel import StatePanel
from tui.text import printable

if TYPE_CHECKING:
    from textual.screen import Screen

    from tui.config.load import Config
    from tui.servers.checks import Finding
    from tui.servers.processes import ServerStatus

Progress = Literal["done", "next", "later"]

SYMBOLS: Final[dict[Progress, str]] = {"done": "✓", "next": "▸", "later": "○"}

BUTTONS: Final = {
    "sign-in": "Sign in with your browser",
    "profile": "See your profile",
    "external-api": "Call the API",
}
"""What the one primary button says, by the step that is next."""


NAMED: Final = ("login", "profile", "external-api", "doctor")
"""The bindings whose keys are named, by their ids."""


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
        cap = f" {key_cap(self, self.step.binding)} "
        if progress == "done" and self.step.binding == "login":
            cap = " " * len(cap)  # whoever is signed in has no such key
        self.update(
            Content.assemble(
                f"{SYMBOLS[progress]} ",
                (cap, "$text-primary on $panel bold" if cap.strip() else ""),
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


class HomeBoard(Vertical):
    """Says who is signed in, what is done, what the last look around has found."""

    DEFAULT_CSS = """
    HomeBoard {
        height: auto;
        #what-next { height: auto; }
        .actions, Steps { margin-bottom: 1; }
    }
    """

    account: var[Account] = var(Account(), init=False)
    done: var[frozenset[str]] = var(frozenset[str](), init=False)
    servers: var["tuple[ServerStatus, ...]"] = var((), init=False)
    findings: var["tuple[Finding, ...]"] = var((), init=False)

    def __init__(self, config: "Config", storage: str) -> None:
        super().__init__()
        self._config = config
        self._storage = storage
        self._caps: tuple[str, ...] = ()

    def compose(self) -> ComposeResult:
        """Put the parts below each other."""
        with Vertical(id="what-next"):
            with Horizontal(classes="actions"):
                yield Button("", variant="primary", id="next")
            yield Steps(*self._steps())
        yield StatePanel(self._config, self._storage)

    def on_mount(self) -> None:
        """Follow the keymap."""
        self._name_keys()
        self.screen.bindings_updated_signal.subscribe(self, self._follow_bindings)

    @on(Button.Pressed, "#next")
    def _take_next_step(self) -> None:
        self.post_message(self.query_one(Steps).next_step.request())

    def _steps(self) -> tuple[Step, ...]:
        tenant, api = printable(self._config.domain), printable(self._config.api_url)
        profile, external_api = (
            partial(GoRequested, "profile"),
            partial(GoRequested, "external-api"),
        )
        return (
            Step(
                "sign-in", "login", "Sign in", f"in your own browser, at {tenant}", SignInRequested
            ),
            Step(
                "profile",
                "profile",
                "See your profile",
                "who you are, what your token says",
                profile,
            ),
            Step("external-api", "external-api", "Call the API", f"ping {api}", external_api),
        )

    def watch_account(self, account: Account) -> None:
        """Say whether a session is kept."""
        for panel in self._panels():
            panel.show_account(account)

    def watch_done(self, done: frozenset[str]) -> None:
        """Mark the steps, and offer the next one."""
        if not self.is_attached:
            return
        steps = self.query_one(Steps)
        steps.show(done)
        for button in self.query("#next").results(Button):  # none, as the app ends
            button.label = Content(BUTTONS[steps.next_step.name])
            button.refresh(layout=True)

    def watch_findings(self, findings: "tuple[Finding, ...]") -> None:
        """Say what the last look around has found."""
        for panel in self._panels():
            panel.show_findings(findings)

    def look_again(self, now: datetime) -> None:
        """Say that everything is being checked again, because somebody asked."""
        for panel in self._panels():
            panel.look_again(now)

    def watch_servers(self, statuses: "tuple[ServerStatus, ...]") -> None:
        """Say how the bundled servers are."""
        for panel in self._panels():
            panel.show_servers(statuses)

    def _panels(self) -> Iterable[StatePanel]:
        """Return the panel, while it is there: what it shows may change as the app ends."""
        return self.query(StatePanel) if self.is_attached else ()

    def _follow_bindings(self, _screen: "Screen[object]") -> None:
        # With each change of screens, too, and mostly for nothing: drawn anew, it costs a layout.
        caps = tuple(key_cap(self, name) for name in NAMED)
        if caps != self._caps:
            self._caps = caps
            self.watch_done(self.done)
            self._name_keys()

    def _name_keys(self) -> None:
        for panel in self._panels():
            panel.name_keys(key_cap(self, "doctor"), key_cap(self, "tenants"))
