"""What is said while a sign-in goes on, and when it has failed."""

from dataclasses import dataclass
from typing import Final

from tui.auth.models import SignInProgress
from tui.text import printable, printable_block


@dataclass(frozen=True, slots=True)
class Words:
    """One line of where it stands, and what the person can do."""

    phase: str
    advice: str


WAITING: Final = {
    "off": Words("● Waiting for you", "Open this address in a browser on this machine:"),
    "opening": Words("◌ Opening your browser", "It should show a page in a moment. If not, open:"),
    "opened": Words(
        "● Finish in your browser",
        "Sign in on the page that has opened; this closes by itself. "
        "No page? Open this address in a browser on this machine:",
    ),
    "failed": Words(
        "▲ Your browser did not open",
        "Copy this address and open it in a browser on this machine:",
    ),
}


def words_for_progress(progress: SignInProgress, tenant: str) -> Words:
    """Say where the sign-in stands."""
    if progress.phase == "preparing":
        return Words("◌ Getting ready", f"Asking {printable(tenant)} how to sign in there.")
    if progress.phase == "completing":
        return Words("◌ Almost done", "The browser has answered; checking what it brought.")
    return WAITING[progress.browser]


def words_for_failure(reason: str) -> Words:
    """Say why there is no session."""
    return Words("✗ The sign-in did not work", printable_block(reason))
