"""How the address of a sign-in can be had: clipboard, QR code, file."""

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Final

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Center, Vertical
from textual.content import Content
from textual.screen import ModalScreen, Screen
from textual.style import Style
from textual.widgets import Static

from tui.app.copying import said_of_unsure_copy
from tui.app.keys.caps import key_cap
from tui.app.screens.sign_in_ways import Remark
from tui.app.widgets.key_line import KeyLine
from tui.auth.session import DevicePrompt, LoginEvent, SignInProgress
from tui.config.paths import shown, state_dir
from tui.private_file import create_private, make_private_folder
from tui.terminal.half_blocks import qr_lines

if TYPE_CHECKING:
    from tui.app.copying import SystemClipboard

FILE_NAME: Final = "sign-in-address.txt"
"""In the state folder: for terminals that let nobody copy a long line."""

ROWS_BESIDE: Final = 3
"""The line of advice, the line below it, and the footer."""

INK: Final = "black on white"
"""Whatever the theme: a camera wants dark on light."""


class Address:
    """What the screen of a sign-in does with the address that it shows."""

    def __init__(
        self, screen: Screen[LoginEvent | None], copy_to_system: "SystemClipboard"
    ) -> None:
        self._screen = screen
        self._copy_to_system = copy_to_system

    def show(self, url: str) -> None:
        """Show the address, printable, where it is known."""
        shown = self._screen.query_one("#address", Static)
        shown.display = bool(url)
        # A link of the terminal's own: it stays whole however often the text is wrapped.
        shown.update(Content.styled(url, Style(link=url)))

    async def copy(self, text: str, what: str) -> None:
        """Copy the address or the line: by the system's tool, and by the terminal's own way."""
        self._screen.app.copy_to_clipboard(text)
        taken = await self._copy_to_system(text)
        if taken == "yes":
            self._say(f"✓ Copied the {what}.")
        else:
            file = f"Press {key_cap(self._screen, 'address-to-file')} for a file with the address."
            self._say(f"▸ {said_of_unsure_copy(taken, f'the {what}', file)}")

    def _say(self, words: str) -> None:
        self._screen.query_one(Remark).say(words)

    def show_qr(self, progress: SignInProgress) -> None:
        """Show the code's address as a QR code, else the long one."""
        prompt, instead = progress.device, ""
        if prompt is not None:
            self._screen.app.push_screen(QrScreen(*_qr_of(prompt)))
            return
        if progress.device_offered:
            key = key_cap(self._screen, "device-code")
            instead = f"Or go back and press {key}: a code for another device has a small one."
        advice = "It ends at a page that does not load: paste that page's address here"
        self._screen.app.push_screen(QrScreen(progress.url, advice, instead))

    def write_to_file(self, url: str) -> None:
        """Write the address to a file that nobody else can read."""
        try:
            path = write_address(url, state_dir())
        except OSError as error:
            self._say(f"▲ The address could not be written ({error.strerror}).")
        else:
            self._say(f"✓ The address is in {shown(path)}")

    def remove_file(self) -> None:
        """Take the file away, where there is one."""
        remove_address(state_dir())


class QrScreen(ModalScreen[None]):
    """One QR code, or how large the terminal must be for it, and what else there is."""

    CSS_PATH = "sign_in_qr.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "close", "Back", id="close-qr", tooltip="To the ways"),
        # Every key by which one closes a picture, the one that showed it among them.
        Binding("k,enter,q,ctrl+c", "close", "Back", id="close-qr-too", show=False),
    ]

    def __init__(self, url: str, advice: str, instead: str = "") -> None:
        super().__init__()
        self._advice = advice
        self._instead = instead
        self._lines = qr_lines(url)

    def compose(self) -> ComposeResult:
        """Compose the advice above the code."""
        with Vertical(id="sheet"):
            yield Static(Content(self._advice), id="qr-advice")
            with Center():
                yield Static(id="qr")
        yield KeyLine()

    def on_resize(self) -> None:
        """Draw it once the new size is laid out; an update amid that would be lost."""
        self.call_after_refresh(self._draw)

    def _draw(self) -> None:
        columns, rows = max(map(len, self._lines), default=0), len(self._lines)
        fits = self.size.width >= columns and self.size.height >= rows + ROWS_BESIDE
        self.set_class(not (fits and self._lines), "-too-small")
        qr = self.query_one("#qr", Static)
        if not self._lines:
            qr.update(Content(f"▲ This address is too long for any QR code. {self._instead}"))
        elif fits:
            qr.update(Content.styled("\n".join(self._lines), INK))
        else:
            qr.update(
                Content(
                    f"▲ This terminal is too small for the QR code: it needs {columns} columns and "
                    f"{rows + ROWS_BESIDE} rows, and there are {self.size.width} and "
                    f"{self.size.height}. Make the window larger, or the letters smaller. "
                    f"{self._instead}"
                )
            )

    def action_close(self) -> None:
        """Go back to the ways."""
        self.dismiss(None)


def _qr_of(prompt: DevicePrompt) -> tuple[str, str]:
    """Return the address to scan, and what to do with the code after that."""
    if prompt.verification_uri_complete:
        return (
            prompt.verification_uri_complete,
            f"Scan this, and compare the code: {prompt.user_code}",
        )
    return prompt.verification_uri, f"Scan this, and enter the code: {prompt.user_code}"


def write_address(url: str, folder: Path) -> Path:
    """Write `url` to a file that only its owner can read, and return its path; raises OSError."""
    path = folder / FILE_NAME
    make_private_folder(folder)
    path.unlink(missing_ok=True)
    with open(create_private(path), "w", encoding="ascii") as file:  # noqa: PTH123 - a descriptor has no path
        file.write(url + "\n")
    return path


def remove_address(folder: Path) -> None:
    """Remove the file; once its sign-in has ended, the address is worth nothing."""
    with suppress(OSError):
        (folder / FILE_NAME).unlink(missing_ok=True)
