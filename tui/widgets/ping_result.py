"""What came of a call of the API: the verdict, the facts, and the way on."""

from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from tui.text import printable, printable_block, shortened

if TYPE_CHECKING:
    from tui.api_client import PingResult

LONGEST_BODY = 4000
"""Characters of a body that are shown; a longer one is cut, and says so."""


class PingResultPanel(Vertical):
    """`Result`, with the words of the quickstart."""

    def __init__(self) -> None:
        super().__init__(classes="panel")
        self.border_title = "Result"

    def compose(self) -> ComposeResult:
        """Yield the lines, empty until there is something to say."""
        for name in ("verdict", "facts", "answer", "way-on"):
            yield Static(id=name)

    def on_mount(self) -> None:
        """Say that nothing has been called yet."""
        self._say("-idle", "· Nothing called yet. Press Ping, or p.")

    def show_calling(self, url: str) -> None:
        """Say that a call is under way."""
        self._say("-busy", "◌ Calling the API", facts=printable(url))

    def show_result(self, result: "PingResult") -> None:
        """Say what the API answered."""
        elapsed = f"{round(result.elapsed_seconds * 1000)} ms"
        facts = printable(f"{result.status} {result.reason} · {elapsed} · {result.url}")
        verdict = printable(result.message)
        body = shortened(printable_block(result.body), LONGEST_BODY)
        if result.ok:
            self._say("-good", f"✓ {verdict}", facts, body)
        else:
            challenge = f"The API says: {printable(result.challenge)}" if result.challenge else ""
            self._say("-bad", f"✗ {verdict}", facts, challenge or body, way_on(result.status))

    def show_trouble(self, what: str, why: str) -> None:
        """Say that there was no answer at all, and why."""
        self._say("-bad", f"✗ {what}", answer=printable_block(why))

    def _say(
        self, state: str, verdict: str, facts: str = "", answer: str = "", way: str = ""
    ) -> None:
        self.remove_class("-good", "-bad", "-busy", "-idle").add_class(state)
        texts = {"verdict": verdict, "facts": facts, "answer": answer, "way-on": way}
        for name, text in texts.items():
            line = self.query_one(f"#{name}", Static)
            line.update(Content(text))
            line.display = bool(text)


def way_on(status: int) -> str:
    """Say what to do about a refusal."""
    if status == 401:
        return (
            "▸ What to do: log out with o and sign in again. If it stays so, the API expects "
            "another issuer or audience than auth_config.json names."
        )
    if status == 403:
        return "▸ What to do: the token lacks a scope; sign in again with a scope that allows this."
    if status == 404:
        return "▸ What to do: there is no such route; check apiUrl in auth_config.json."
    if status >= 500:
        return "▸ What to do: the API itself has failed; look at its log, then ping again."
    return "▸ What to do: read what the API says, then ping again."
