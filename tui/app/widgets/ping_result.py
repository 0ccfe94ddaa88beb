"""What came of a call of the API: the verdict and the facts."""

import re
from typing import TYPE_CHECKING, Final

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from tui.app.keys.caps import key_cap
from tui.text import printable, printable_block, shortened

if TYPE_CHECKING:
    from tui.api.client import NoAnswerKind, PingResult

LONGEST_FACT: Final = 120
"""Characters; a reason phrase or a request id may be anything."""

NO_ANSWER: Final[dict["NoAnswerKind", str]] = {
    "nobody": "The API gave no answer: nobody listens there",
    "name": "The API gave no answer: its name is not known",
    "tls": "The API was not called: its TLS certificate cannot be trusted",
    "timeout": "The API gave no answer in time",
    "broken": "The API gave no whole answer",
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

    def show_result(self, result: "PingResult") -> None:
        """Say what the API answered."""
        facts = [f"{result.status} {result.reason}", milliseconds(result.elapsed_seconds)]
        if served := serving_time(result.headers.get("server-timing", "")):
            facts.append(f"{served} in the API")
        if result.request_id:
            facts.append(f"request {result.request_id}")
        shown = " · ".join(shortened(printable(fact), LONGEST_FACT) for fact in facts)
        verdict = shortened(printable(result.message), 4 * LONGEST_FACT)
        state, symbol = ("-good", "✓") if result.ok else ("-bad", "✗")
        self._say(state, f"{symbol} {verdict}", shown, remark_on(result))

    def show_no_answer(self, kind: "NoAnswerKind", why: str) -> None:
        """Say that there was no answer at all, and why."""
        self._say("-bad", f"✗ {NO_ANSWER[kind]}", remark=printable_block(why))

    def show_trouble(self, why: str) -> None:
        """Say why the API was not even called."""
        self._say("-bad", "✗ The API was not called", remark=printable_block(why))

    def _say(self, state: str, verdict: str, facts: str = "", remark: str = "") -> None:
        self.remove_class("-good", "-bad", "-busy", "-idle").add_class(state)
        for name, text in {"verdict": verdict, "facts": facts, "remark": remark}.items():
            line = self.query_one(f"#{name}", Static)
            line.update(Content(text))
            line.display = bool(text)


def milliseconds(seconds: float) -> str:
    """Say how long it took: `4.2 ms` while it is quick, `1,204 ms` where it is slow."""
    value = seconds * 1000
    return f"{value:.1f} ms" if value < 10 else f"{value:,.0f} ms"


def serving_time(header: str) -> str:
    """Read the first duration of a `Server-Timing` header (W3C), or give an empty string."""
    found = re.search(r";\s*dur\s*=\s*\"?(\d{1,9}(?:\.\d{1,9})?)", header[:1000])
    return milliseconds(float(found[1]) / 1000) if found else ""


def remark_on(result: "PingResult") -> str:
    """Say what to make of an answer that is no refusal of the token."""
    if result.is_html:
        return (
            "▸ This is a web page, not an API's answer: apiUrl in auth_config.json leads to a "
            "website, or to a proxy's own page."
        )
    if 300 <= result.status < 400:
        where = shortened(printable(result.headers.get("location", "nowhere")), LONGEST_FACT)
        return f"▸ It points to {where}; tokens do not follow. Check apiUrl and the path."
    if result.status == 404:
        return "▸ There is no such route: check the path, and apiUrl in auth_config.json."
    if result.status == 405:
        return "▸ The route is there, but not for this method; m changes it."
    if result.status == 429:
        return "▸ Too many calls: wait, then ping again."
    if result.status >= 500:
        return "▸ The API itself has failed: look at its log, then ping again."
    return ""
