"""What came of a call of the API: the verdict and the facts."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Final

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from tui.api.answer import PingResult
from tui.api.call import Call
from tui.api.request import ApiRequest
from tui.app.keys.caps import key_cap
from tui.errors import Obstacle
from tui.moments import Clock
from tui.text import printable, printable_block

QUICK_SECONDS: Final = 0.15
"""A call that is over by then is not announced: to paint that takes longer than most calls."""

LEAST_PART_SECONDS: Final = 0.000_05
"""Shorter parts of a call, which would be 0.0 ms, are left out."""

LONGEST_FACT: Final = 120
"""Characters; a reason phrase or a request id may be anything."""

NO_ANSWER: Final[dict[Obstacle, str]] = {
    "nobody": "The API gave no answer: nobody listens there",
    "name": "The API gave no answer: its name is not known",
    "proxy": "The API was not called: the proxy on the way refused",
    "tls": "The API was not called: it does not speak TLS",
    "scheme": "The API was not called: its port speaks the other of http and https",
    "untrusted": "The API was not called: its TLS certificate cannot be trusted",
    "foreign": "The API was not called: another user of this machine has its port",
    "timeout": "The API gave no answer in time",
    "broken": "The API gave no whole answer",
    "encoded": "The API gave no answer that can be read",
}


class PingResultPanel(Vertical):
    """`Result`, with the words of the quickstart."""

    def __init__(self) -> None:
        super().__init__(classes="panel")
        self.border_title = "Result"

    def compose(self) -> ComposeResult:
        """Yield the lines, empty until there is something to say."""
        for name in ("verdict", "facts", "remark", "offer"):
            yield Static(id=name)

    def on_mount(self) -> None:
        """Say that nothing has been called yet."""
        self._say("-idle", f"· Nothing called yet. Press Ping, or {key_cap(self, 'ping')}.")

    @contextmanager
    def show_calling(self, what: Callable[[], str], clock: Clock) -> Iterator[None]:
        """Say that a call is under way while it is, what it does by now, and how to end it."""
        began, is_over = clock(), False

        def announce() -> None:
            if not is_over:  # a timer that has gone off is heard, though it was stopped meanwhile
                self._announce(what, clock, began)

        soon, later = self.set_timer(QUICK_SECONDS, announce), self.set_interval(1.0, announce)
        try:
            yield
        finally:
            is_over = True
            soon.stop()
            later.stop()

    @property
    def is_busy(self) -> bool:
        """Whether it says that a call is under way."""
        return self.has_class("-busy")

    def _announce(self, what: Callable[[], str], clock: Clock, began: datetime) -> None:
        seconds = int((clock() - began).total_seconds())
        since = f" · {seconds} s" if seconds else ""
        remark = f"{key_cap(self, 'cancel-call')} cancels." if seconds else ""
        self._say("-busy", f"◌ Calling the API{since}", printable(what()), remark)

    def show_ready(self, words: str) -> None:
        """Say what can be called now."""
        self._say("-idle", f"· {printable(words)}")
        self.bring_into_view()

    def bring_into_view(self) -> None:
        """Scroll to what is said, however far down one has been."""
        self.call_after_refresh(self.scroll_visible, animate=False)

    def show(self, call: Call, *, is_newest: bool = True) -> None:
        """Say what came of a call; which one it was, where it is not the newest."""
        if call.result is not None:
            self._show_result(call.result)
        elif call.no_answer is not None:
            verdict = NO_ANSWER[call.no_answer.kind]
            self._say("-bad", f"✗ {verdict}", remark=printable_block(str(call.no_answer)))
        self.name_call(None if is_newest else call)

    def name_call(self, call: Call | None) -> None:
        """Say of which call the result is; None where nobody can be in doubt."""
        of_call = f" of {call.at:%H:%M:%S}, {_what(call.request)}" if call else ""
        self.border_title = Content(f"Result{of_call}")

    def say_next(self, at: datetime | None) -> None:
        """Say when the next call is made, where the API asks to wait for it; None: it does not."""
        self.border_subtitle = f"Next call at {at:%H:%M:%S}, as the API asks" if at else ""

    def show_trouble(self, why: str, verdict: str = "The API was not called") -> None:
        """Say why there is no result."""
        self._say("-bad", f"✗ {verdict}", remark=printable_block(why))
        self.bring_into_view()

    def offer(self, words: str) -> None:
        """Say below why there is no answer what would help; nothing where `words` is empty."""
        line = self.query_one("#offer", Static)
        line.update(Content(words))
        line.display = bool(words)

    def _show_result(self, result: PingResult) -> None:
        verdict = printable(result.message, 4 * LONGEST_FACT)
        state, symbol = ("-good", "✓") if result.ok else ("-bad", "✗")
        facts = (printable(fact, LONGEST_FACT) for fact in _facts(result))
        self._say(state, f"{symbol} {verdict}", " · ".join(facts), self._hint(result))

    def _hint(self, result: PingResult) -> str:
        if result.is_cut:
            whole = f"{key_cap(self, 'save-answer')} saves the whole answer."
            return f"▸ Only {result.part_read} were read: {whole}"
        if not result.hint:
            return ""
        hint = f"▸ {printable(result.hint, 2 * LONGEST_FACT)}"
        if result.status != 405:
            return hint
        stop = "" if hint.rstrip("”").endswith((".", "!", "?")) else "."  # after the API's words
        return f"{hint}{stop} {key_cap(self, 'method')} changes it."

    def _say(self, state: str, verdict: str, facts: str = "", remark: str = "") -> None:
        self.border_title = "Result"
        was_busy = self.is_busy
        self.remove_class("-good", "-bad", "-busy", "-idle").add_class(state)
        self.offer("")
        for name, text in {"verdict": verdict, "facts": facts, "remark": remark}.items():
            line = self.query_one(f"#{name}", Static)
            line.update(Content(text))
            line.display = bool(text)
        if was_busy != self.is_busy:
            self.screen.refresh_bindings()  # what can be cancelled, or no longer


def _facts(result: PingResult) -> list[str]:
    status = f"{result.status} {result.reason}"
    facts = [] if str(result.status) in result.message else [status]  # said once
    parts = ", ".join(
        f"{name} {milliseconds(seconds)}"
        for name, seconds in result.parts.items()
        if seconds >= LEAST_PART_SECONDS
    )
    took = milliseconds(result.elapsed_seconds)
    facts.append(f"{took}: {parts}" if parts else took)
    if result.serving_seconds is not None:
        facts.append(f"{milliseconds(result.serving_seconds)} in the API")
    if result.request_id:
        facts.append(f"request {result.request_id}")
    return facts


def _what(request: ApiRequest) -> str:
    return f"{request.method} {printable(request.path, LONGEST_FACT)}"


def milliseconds(seconds: float) -> str:
    """Return how long it took in words: `4.2 ms` while it is quick, `1,204 ms` where it is slow."""
    value = seconds * 1000
    return f"{value:.1f} ms" if value < 10 else f"{value:,.0f} ms"
