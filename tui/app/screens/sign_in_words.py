"""What is said while a sign-in goes on, and when it has failed."""

from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from tui.auth.session import SignInProgress
from tui.auth.sign_in.attempt import Way
from tui.auth.sign_in.surroundings import Surroundings
from tui.text import printable, printable_block


@dataclass(frozen=True, slots=True)
class Words:
    """One line of where it stands, and what the person can do."""

    phase: str
    advice: str


@dataclass(frozen=True, slots=True)
class WayWords:
    """One way to sign in: what it is, and how; `{copy-address}` is the key of that binding."""

    way: Way
    title: str
    hint: str


WAITING: Final = {
    "off": Words("● Waiting for you", "Sign in by whichever way suits; the first one counts."),
    "opening": Words("◌ Opening your browser", "It should show a page in a moment."),
    "opened": Words(
        "● Finish in your browser",
        "Sign in on the page that has opened; this closes by itself. No page? Then:",
    ),
    "failed": Words(
        "▲ Your browser did not open",
        "Sign in by one of these ways; the first that works counts, and this closes by itself.",
    ),
}

NO_DISPLAY: Final = Words("▲ No browser can be shown here", WAITING["failed"].advice)

IN_A_TAB: Final = Words(
    "● Finish in the tab that has opened",
    "It comes back by itself where Doorkey runs on the machine of this browser. If it runs "
    "elsewhere, that tab ends at an address that does not load; then:",
)

BY_CODE: Final = Words("● Waiting for you", "Sign in on another device; this closes by itself.")

OPEN_BELOW: Final = (
    "Open the address below: {copy-address} copies it, {open-again} opens it, "
    "{address-to-file} writes it to a file."
)

HERE: Final = WayWords(
    "browser",
    "In a browser on this machine",
    OPEN_BELOW,
)
THROUGH_SSH: Final = WayWords(
    "browser",
    "In the browser of the machine you sit at",
    "Run the line below there, then open the address there: {copy-address} copies it, "
    "{show-qr} is a QR code.",
)
INTO_CONTAINER: Final = WayWords(
    "browser",
    "In a browser that shares this container's network",
    OPEN_BELOW,
)
BY_DEVICE: Final = WayWords(
    "device",
    "With a code, on a phone or any other machine",
    "{device-code} shows a short code and where to enter it.",
)
BY_DEVICE_SHOWN: Final = WayWords(
    "device",
    "With a code, on a phone or any other machine",
    "Open this address there and enter the code; {show-qr} is a QR code of it.",
)
BY_PASTE: Final = WayWords(
    "paste",
    "In a browser on another machine",
    "Open the address below there. It ends at a page that does not load: press {paste-answer}, "
    "and paste that page's address here.",
)


def words_for_progress(progress: SignInProgress, tenant: str, around: Surroundings) -> Words:
    """Return where the sign-in stands."""
    if progress.phase == "preparing":
        return Words("◌ Getting ready", f"Asking {printable(tenant)} how to sign in there.")
    if progress.phase == "completing":
        return Words("◌ Almost done", "The answer is here; checking what it brought.")
    if not progress.url:
        return BY_CODE
    if around.on_web_page and progress.browser == "opened":
        return IN_A_TAB
    if progress.browser == "failed" and not around.has_display:
        return NO_DISPLAY
    return WAITING[progress.browser]


def words_for_failure(reason: str) -> Words:
    """Return why there is no session."""
    return Words("✗ The sign-in did not work", printable_block(reason))


def ways(progress: SignInProgress, around: Surroundings) -> tuple[WayWords, ...]:
    """Return the ways that are open, the likeliest first."""
    device = BY_DEVICE_SHOWN if progress.device else BY_DEVICE
    if not progress.url:
        return (device,) if progress.device else ()
    browser = HERE
    if around.over_ssh:
        browser = THROUGH_SSH
    elif around.in_container:
        browser = INTO_CONTAINER
    if around.on_web_page or not progress.redirect_uri:
        return tuple(each for each in (device, BY_PASTE) if is_open(each, progress))
    ordered = [browser, device, BY_PASTE]
    if around.over_ssh:
        ordered = [device, browser, BY_PASTE]
    elif around.in_container or (not around.has_display and progress.browser == "failed"):
        ordered = [device, BY_PASTE, browser]
    return tuple(each for each in ordered if is_open(each, progress))


def is_open(words: WayWords, progress: SignInProgress) -> bool:
    """Return whether a way can be used now: only some tenants give codes."""
    return words.way != "device" or progress.device_offered


def tunnel(progress: SignInProgress, around: Surroundings) -> str:
    """Return the ssh line that leads the person's own browser here; empty where none is needed."""
    port = urlsplit(progress.redirect_uri).port
    return around.tunnel(port) if around.over_ssh and port and progress.url else ""
