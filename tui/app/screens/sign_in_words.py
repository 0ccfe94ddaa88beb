"""What is said while a sign-in goes on, and when it has failed; which keys it has."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from textual.binding import Binding, BindingType

from tui.auth.session import SignInProgress
from tui.auth.sign_in.attempt import SignInOptions, Way
from tui.auth.sign_in.surroundings import Surroundings, ports_for_browser
from tui.config.keys import KEYS as CONFIG_KEYS
from tui.text import printable, printable_block
from tui.web_address import is_of_this_machine

if TYPE_CHECKING:
    from tui.config.load import Config

WAYS_AFTER: Final = timedelta(seconds=8)
"""Whoever has seen the page by then looks at it, and not here."""

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
    Binding("s", "copy('line')", "SSH line", id="copy-tunnel", tooltip="What leads here over SSH"),
    Binding("d", "device", "Code", id="device-code", tooltip="A short one, for another browser"),
    Binding("v", "paste", "Paste", id="paste-answer", tooltip="What a browser ended at"),
    Binding("r", "try_again", "Try again", id="try-again", tooltip="A fresh sign-in"),
    Binding("e", "edit_config", "Edit config", id="mend-config", tooltip="In your editor"),
    Binding("escape", "back", "Cancel", id="cancel-sign-in", tooltip="Back, with all as it was"),
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
- **With a code**: *Code* shows a short one to enter in another browser, which may be on a phone or
  any other machine; *QR code* saves typing there.
- **In a browser on another machine**: it ends at an address that it cannot open. Copy that
  address there, and *Paste* it here. Just the code in it (`code=`) will do, too. *Esc* closes
  the box.
- **A tenant on this machine** (`localhost`) cannot be opened by a phone or another machine: *Code*
  is for another browser here, *QR code* and *Paste* are not offered. `ssh -L` leads there, by the
  line that stands here over SSH.
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
        "Sign in on the page; this closes by itself. No page? Then:",
    ),
    "failed": Words(
        "▲ Your browser did not open",
        "Sign in by any of these ways; this closes by itself.",
    ),
}

NO_DISPLAY: Final = Words("▲ No browser can be shown here", WAITING["failed"].advice)

ONLY_HERE: Final = (
    "No other device can open it: the tenant is on this machine (ssh -L leads there)."
)

IN_A_TAB: Final = Words(
    "● Finish in the tab that has opened",
    "It comes back by itself where Doorkey runs on the machine of this browser. If it runs "
    "elsewhere, that tab ends at an address that does not load; then:",
)

IN_A_TAB_HERE: Final = Words(IN_A_TAB.phase, f"It comes back by itself. {ONLY_HERE}")

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

HERE: Final = WayWords("browser", "In a browser on this machine", OPEN_BELOW)
THROUGH_SSH: Final = WayWords(
    "browser",
    "In the browser of the machine you sit at",
    "Run the line below there ({copy-tunnel} copies it), then open the address there "
    "({copy-address}; {show-qr} is a QR code).",
)
THROUGH_SSH_ALONE: Final = replace(
    THROUGH_SSH,
    hint="Run the line below there ({copy-tunnel} copies it), then open the address there "
    "({copy-address}). No other device can open it.",
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
    "With a code, in another browser",
    "{device-code} shows a short code and where to enter it.",
)
BY_DEVICE_HERE_SHOWN: Final = WayWords(
    "device",
    "With a code, in another browser",
    "Open this address there and enter the code.",
)
BY_PASTE: Final = WayWords(
    "paste",
    "In a browser on another machine",
    "Open the address below there. It ends at a page that does not load: press {paste-answer}, "
    "and paste that page's address here.",
)
BY_PASTE_HERE: Final = WayWords(
    "paste",
    "In a browser on this machine, whose last address is pasted",
    f"{OPEN_BELOW} It ends at a page that does not load: press {{paste-answer}}, and paste that "
    f"page's address here. {ONLY_HERE}",
)


def title(config: "Config", options: SignInOptions) -> str:
    """Return where one signs in, and which scopes beyond the config's are asked for."""
    beyond = [each for each in options.scope.split() if each not in config.scope.split()]
    asked = f" for {' '.join(beyond)}" if beyond else ""
    return printable(f"Sign in at {config.domain}{asked}")


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
        return (waiting and _may_paste(progress)) or ports_taken
    if action == "qr":
        return waiting and not _is_here(progress)
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
        return BY_CODE_HERE if _is_here(progress) else BY_CODE
    if around.on_web_page and progress.browser == "opened":
        return IN_A_TAB_HERE if _is_here(progress) else IN_A_TAB
    if progress.browser == "failed" and not around.has_display:
        return NO_DISPLAY
    return WAITING[progress.browser]


def ways(progress: SignInProgress, around: Surroundings) -> tuple[WayWords, ...]:
    """Return the ways that are open, the likeliest first; a code that is shown moves none."""
    device = _by_device(progress, around)
    if not progress.url:
        alone = replace(device, hint=f"{device.hint} {ONLY_HERE}") if _is_here(progress) else device
        return (alone,) if progress.device else ()
    browser, paste = _by_browser(progress, around), _by_paste(progress)
    if around.on_web_page or not progress.redirect_uri:
        ordered = [device, paste]
    elif _is_here(progress):
        ordered = [browser, device]
    elif around.over_ssh:
        ordered = [device, browser, paste]
    elif around.in_container or (not around.has_display and progress.browser == "failed"):
        ordered = [device, paste, browser]
    else:
        ordered = [browser, device, paste]
    return tuple(each for each in ordered if is_open(each, progress))


def _by_browser(progress: SignInProgress, around: Surroundings) -> WayWords:
    is_here = _is_here(progress)
    if around.over_ssh:
        return THROUGH_SSH_ALONE if is_here else THROUGH_SSH
    words = INTO_CONTAINER if around.in_container else HERE
    return replace(words, hint=f"{words.hint} {ONLY_HERE}") if is_here else words


def _by_device(progress: SignInProgress, around: Surroundings) -> WayWords:
    if _is_here(progress):
        words = BY_DEVICE_HERE_SHOWN if progress.device else BY_DEVICE_HERE
        if around.over_ssh:  # led here by the tunnel, from the machine that one sits at
            hint = words.hint.replace("there and", "there, by the line above, and")
            return replace(words, hint=hint)
        return replace(words, title=f"{words.title} on this machine")
    return BY_DEVICE_SHOWN if progress.device else BY_DEVICE


def _by_paste(progress: SignInProgress) -> WayWords:
    return BY_PASTE_HERE if _is_here(progress) else BY_PASTE


def _is_here(progress: SignInProgress) -> bool:
    """Return whether no other device can open what the person is to open."""
    opened = progress.device.verification_uri if progress.device else progress.url
    return is_of_this_machine(opened)


def _may_paste(progress: SignInProgress) -> bool:
    """Return whether a browser may end at an address that it cannot open."""
    is_elsewhere = not _is_here(progress) or not progress.redirect_uri
    return bool(progress.url) and is_elsewhere


def is_open(words: WayWords, progress: SignInProgress) -> bool:
    """Return whether a way can be used now: only some tenants give codes."""
    if words.way == "paste":
        return _may_paste(progress)
    return words.way != "device" or progress.device_offered


def tunnel(progress: SignInProgress, around: Surroundings) -> str:
    """Return the ssh line that leads the person's own browser here; empty where none is needed."""
    ports = ports_for_browser(progress.url, progress.redirect_uri)
    return around.tunnel(*ports) if around.over_ssh and ports else ""
