"""What came of a call of the API: the verdict and the facts."""

from typing import Final

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from tui.api.answer import NoAnswer, PingResult
from tui.app.keys.caps import key_cap
from tui.errors import Obstacle
from tui.text import printable, printable_block, shortened

LONGEST_FACT: Final = 120
"""Characters; a reason phrase or a request id may be anything."""

NO_ANSWER: Final[dict[Obstacle, str]] = {
    "nobody": "The API gave no answer: nobody listens there",
    "name": "The API gave no answer: its name is not known",
    "proxy": "The API was not called: the proxy on the way refused",
    "tls": "The API was not called: it does not speak TLS",
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
        for name in ("verdict", "facts", "remark"):
            yield Static(id=name)

    def on_mount(self) -> None:
        """Say that nothing has been called yet."""
        self._say("-idle", f"· Nothing called yet. Press Ping, or {key_cap(self, 'ping')}.")

    def show_calling(self, what: str) -> None:
        """Say that a call is under way."""
        self._say("-busy", "◌ Calling the API", facts=printable(what))

    def show_result(self, result: PingResult) -> None:
        """Say what the API answered."""
        facts = [f"{result.status} {result.reason}", milliseconds(result.elapsed_seconds)]
        if result.serving_seconds is not None:
            facts.append(f"{milliseconds(result.serving_seconds)} in the API")
        if result.request_id:
            facts.append(f"request {result.request_id}")
        shown = " · ".join(shortened(printable(fact), LONGEST_FACT) for fact in facts)
        verdict = shortened(printable(result.message), 4 * LONGEST_FACT)
        state, symbol = ("-good", "✓") if result.ok else ("-bad", "✗")
        self._say(state, f"{symbol} {verdict}", shown, self._hint(result))

    def show_no_answer(self, error: NoAnswer) -> None:
        """Say that there was no answer at all, and why."""
        self._say("-bad", f"✗ {NO_ANSWER[error.kind]}", remark=printable_block(error))

    def show_trouble(self, why: str) -> None:
        """Say why the API was not even called."""
        self._say("-bad", "✗ The API was not called", remark=printable_block(why))

    def _hint(self, result: PingResult) -> str:
        if not result.hint:
            return ""
        hint = f"▸ {shortened(printable(result.hint), 2 * LONGEST_FACT)}"
        return f"{hint} {key_cap(self, 'method')} changes it." if result.status == 405 else hint

    def _say(self, state: str, verdict: str, facts: str = "", remark: str = "") -> None:
        self.remove_class("-good", "-bad", "-busy", "-idle").add_class(state)
        for name, text in {"verdict": verdict, "facts": facts, "remark": remark}.items():
            line = self.query_one(f"#{name}", Static)
            line.update(Content(text))
            line.display = bool(text)


def milliseconds(seconds: float) -> str:
    """Return how long it took in words: `4.2 ms` while it is quick, `1,204 ms` where it is slow."""
    value = seconds * 1000
    return f"{value:.1f} ms" if value < 10 else f"{value:,.0f} ms"
