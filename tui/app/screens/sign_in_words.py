"""What is said while a sign-in goes on, and when it has failed; which keys it has."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from textual.binding import Binding, BindingType

from tui.auth.session import SignInProgress
from tui.auth.sign_in.attempt import Way
from tui.auth.sign_in.surroundings import Surroundings, ports_for_browser
from tui.config.keys import KEYS as CONFIG_KEYS
from tui.text import printable, printable_block
from tui.web_address import is_of_this_machine

WAYS_AFTER: Final = timedelta(seconds=8)
"""Whoever has seen the page by then looks at it, and not here."""

HINT_SECONDS: Final = 60.0
"""How long the hint stays; a click removes it."""

NEVER: Final = datetime.max.replace(tzinfo=UTC)


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


KEYS: Final[list[BindingType]] = [
    Binding("w", "other_ways", "Other ways", id="other-ways", tooltip="No page? The others"),
    Binding("c", "copy", "Copy", id="copy-address", tooltip="The address, to paste it"),
    Binding("d", "device", "Code", id="device-code", tooltip="For a phone, another machine"),
    Binding("v", "paste", "Paste", id="paste-answer", tooltip="From another machine"),
    Binding("r", "try_again", "Try again", id="try-again", tooltip="A fresh sign-in"),
    Binding("e", "edit_config", "Edit config", id="mend-config", tooltip="In your editor"),
    Binding("escape", "cancel", "Cancel", id="cancel-sign-in", tooltip="Back, signed out"),
    Binding("ctrl+c", "cancel", "Cancel", id="interrupt-sign-in", show=False, priority=True),
    Binding("b", "open_again", "Browser", id="open-again", tooltip="Open it (again)"),
    Binding("k", "qr", "QR code", id="show-qr", tooltip="For a phone's camera"),
    Binding("f", "to_file", "File", id="address-to-file", tooltip="Write the address to one"),
    # The app's own keys end at a modal screen; by the same name a keymap changes both.
    Binding("f1", "app.help", "Help", id="help", tooltip="What this is"),
    Binding("up", "scroll_story(-1)", "Up", id="story-up", show=False),
    Binding("down", "scroll_story(1)", "Down", id="story-down", show=False),
]

HELP: Final = """\
## Signing in

All ways are open side by side: whichever works first signs you in, and this closes by itself.

- **In your browser**: sign in on the page that has opened. No page? *Other ways* shows the others;
  or *Copy* the address, open the *Browser* again, or have the address written to a *File*.
- **With a code**: *Code* shows a short one to enter on a phone or any other machine; *QR code*
  saves typing there.
- **In a browser on another machine**: it ends at an address that it cannot open. Copy that
  address there, and *Paste* it here. Just the code in it (`code=`) will do, too.
- *Cancel*, or **Ctrl-C**, gives up; nothing is changed by that.
"""

OF_OTHER_WAYS: Final = (
    "copy-address", "device-code", "paste-answer", "open-again", "show-qr", "address-to-file",
)  # fmt: skip
"""Bindings that are hidden while a sign-in goes as usual."""

USUAL: Final = Words(
    "● Finish in your browser", "This closes by itself. No page? {other-ways} shows other ways."
)

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

BY_CODE: Final = Words(
    "● Enter the code on the other device", "Sign in there; this closes by itself."
)

BY_CODE_HERE: Final = Words(
    "● Enter the code in the other browser", "Sign in there; this closes by itself."
)

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
BY_DEVICE_HERE: Final = WayWords(
    "device",
    "With a code, in another browser of this machine",
    "{device-code} shows a short code and where to enter it. The tenant is on this machine: no "
    "other device can open it.",
)
BY_DEVICE_HERE_SHOWN: Final = WayWords(
    "device",
    "With a code, in another browser of this machine",
    "Open this address and enter the code. It is this machine's own: no other device can open it.",
)
BY_PASTE: Final = WayWords(
    "paste",
    "In a browser on another machine",
    "Open the address below there. It ends at a page that does not load: press {paste-answer}, "
    "and paste that page's address here.",
)


def is_usual(progress: SignInProgress, around: Surroundings) -> bool:
    """Return whether a browser has opened, or is about to, and nothing else was asked for."""
    is_waiting = progress.phase == "waiting" and bool(progress.url) and not around.on_web_page
    other = progress.device or progress.device_trouble or not progress.redirect_uri
    return is_waiting and progress.browser in ("opening", "opened") and not other


def is_offered(action: str, progress: SignInProgress, failure: str, *, ports_taken: bool) -> bool:
    """Return whether an action makes sense at this point."""
    waiting = progress.phase == "waiting" and not failure
    if action in ("copy", "open_again", "to_file"):
        return waiting and bool(progress.url)
    if action == "paste":
        return (waiting and bool(progress.url)) or ports_taken
    if action == "qr":
        return waiting
    if action == "device":
        is_open = waiting and progress.device_offered and progress.device is None
        return is_open or ports_taken
    if action == "try_again":
        return bool(failure)
    if action == "edit_config":
        return any(f"`{name}`" in failure for name in CONFIG_KEYS)
    return True


def words_for(
    progress: SignInProgress, tenant: str, around: Surroundings, failure: str, *, brief: bool
) -> Words:
    """Return where the sign-in stands, or why it has ended without a session."""
    if failure:
        return Words("✗ The sign-in did not work", printable_block(failure))
    return USUAL if brief else _words_for_progress(progress, tenant, around)


def _words_for_progress(progress: SignInProgress, tenant: str, around: Surroundings) -> Words:
    if progress.phase == "preparing":
        return Words("◌ Getting ready", f"Asking {printable(tenant)} how to sign in there.")
    if progress.phase == "completing":
        return Words("◌ Almost done", "The answer is here; checking what it brought.")
    if progress.device is not None or not progress.url:
        is_here = progress.device and is_of_this_machine(progress.device.verification_uri)
        return BY_CODE_HERE if is_here else BY_CODE
    if around.on_web_page and progress.browser == "opened":
        return IN_A_TAB
    if progress.browser == "failed" and not around.has_display:
        return NO_DISPLAY
    return WAITING[progress.browser]


def ways(progress: SignInProgress, around: Surroundings) -> tuple[WayWords, ...]:
    """Return the ways that are open, the likeliest first."""
    device = _by_device(progress)
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
    if progress.device or around.over_ssh:
        ordered = [device, browser, BY_PASTE]
    elif around.in_container or (not around.has_display and progress.browser == "failed"):
        ordered = [device, BY_PASTE, browser]
    return tuple(each for each in ordered if is_open(each, progress))


def _by_device(progress: SignInProgress) -> WayWords:
    prompt = progress.device
    if is_of_this_machine(prompt.verification_uri if prompt else progress.url):
        return BY_DEVICE_HERE_SHOWN if prompt else BY_DEVICE_HERE
    return BY_DEVICE_SHOWN if prompt else BY_DEVICE


def is_open(words: WayWords, progress: SignInProgress) -> bool:
    """Return whether a way can be used now: only some tenants give codes."""
    return words.way != "device" or progress.device_offered


def tunnel(progress: SignInProgress, around: Surroundings) -> str:
    """Return the ssh line that leads the person's own browser here; empty where none is needed."""
    ports = ports_for_browser(progress.url, progress.redirect_uri)
    return around.tunnel(*ports) if around.over_ssh and ports else ""
