"""How the address of a sign-in can be had: clipboard, browser, QR code, file."""

from typing import TYPE_CHECKING

from textual import on, work
from textual.screen import ModalScreen
from textual.widgets import Button

from tui.app.keys.caps import key_cap
from tui.auth.session import DevicePrompt, LoginEvent, SignInProgress
from tui.auth.sign_in.browser import BrowserOpener
from tui.config.paths import shown, state_dir

if TYPE_CHECKING:
    from textual.reactive import reactive

    from tui.app.copying import SystemClipboard


class AddressActions(ModalScreen[LoginEvent | None]):
    """What a sign-in's screen lets one do with the address that it shows."""

    if TYPE_CHECKING:
        progress: reactive[SignInProgress]
        _open_url: BrowserOpener
        _copy_to_system: SystemClipboard

    @on(Button.Pressed, "#copy")
    @work(exclusive=True, group="copy", exit_on_error=False)
    async def action_copy(self) -> None:
        """Copy the address: by the system's tool, and besides by the terminal's own way."""
        url = self.progress.url
        self.app.copy_to_clipboard(url)
        if await self._copy_to_system(url):
            self.notify("The address is on the clipboard.", markup=False)
        else:
            # OSC 52 has no answer: whether this terminal takes it nobody knows.
            self.notify(
                "The address was handed to your terminal's clipboard. Nothing there? Press "
                f"{key_cap(self, 'address-to-file')} for a file, or select it with the mouse.",
                markup=False,
            )

    @work(exclusive=True, group="browser", exit_on_error=False)
    async def action_open_again(self) -> None:
        """Open the browser once more."""
        if not await self._open_url(self.progress.url):
            self.notify("No browser took the address: copy it.", severity="warning", markup=False)

    def action_qr(self) -> None:
        """Show what a phone needs as a QR code: the code's address, else the long one."""
        from tui.app.screens.sign_in_qr import QrScreen

        prompt, instead = self.progress.device, ""
        if prompt is not None:
            self.app.push_screen(QrScreen(*_qr_of(prompt)))
            return
        if self.progress.device_offered:
            key = key_cap(self, "device-code")
            instead = f"Or go back and press {key}: a code for another device has a small one."
        advice = "It ends at a page that does not load: paste that page's address here"
        self.app.push_screen(QrScreen(self.progress.url, advice, instead))

    def action_to_file(self) -> None:
        """Write the address to a file that nobody else can read."""
        from tui.terminal.address_file import write_address

        try:
            path = write_address(self.progress.url, state_dir())
        except OSError as error:
            words = f"The address could not be written ({error.strerror})."
            self.notify(words, severity="error", markup=False)
        else:
            self.notify(f"The address is in {shown(path)}", timeout=15, markup=False)

    def on_unmount(self) -> None:
        """Take the file away with the sign-in."""
        from tui.terminal.address_file import remove_address

        remove_address(state_dir())


def _qr_of(prompt: DevicePrompt) -> tuple[str, str]:
    """Give the address to scan, and what to do with the code after that."""
    if prompt.verification_uri_complete:
        return (
            prompt.verification_uri_complete,
            f"Scan this, and compare the code: {prompt.user_code}",
        )
    return prompt.verification_uri, f"Scan this, and enter the code: {prompt.user_code}"
