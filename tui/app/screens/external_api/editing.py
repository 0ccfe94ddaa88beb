"""How somebody says what is called next: by field, by editor, by what was kept under a name."""

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import replace

from textual.screen import Screen

from tui.api.kept import KeptRequests
from tui.api.request import ApiRequest, is_json
from tui.app.editor import NotEdited, edit_text
from tui.app.keys.caps import key_cap
from tui.app.screens.external_api.dialogs import MethodScreen
from tui.app.screens.external_api.kept import KeptScreen
from tui.app.widgets.calls.call_view import CallView
from tui.app.widgets.calls.request_details import RequestDetails
from tui.app.widgets.calls.request_line import RequestLine
from tui.text import printable


class RequestEditing:
    """Edits the next request: method and path in one widget of the screen, the rest in another."""

    def __init__(self, screen: Screen[None], origin: str) -> None:
        self._screen = screen
        self._origin = origin
        self._opened: ApiRequest | None = None
        """What was opened from where it is kept, or made again: nothing is lost with it."""
        self._aside: list[ApiRequest] = []
        """What was being written when another request took its place, the newest first."""

    @property
    def request(self) -> ApiRequest:
        """What is called next, as far as it is right."""
        return self._line.request

    def open(self, request: ApiRequest) -> None:
        """Call this from now on; what was being written, and is nowhere else, is put aside."""
        written = self.request
        calls = self._screen.query_one(CallView)
        is_known = written in (request, self._opened) or calls.has(written)
        self._opened = request
        self._line.change(request)
        self._details.show(request)
        self._line.scroll_visible(animate=False)
        if not is_known and (written.headers or written.body):
            self._aside = [written, *(each for each in self._aside if each != written)]
            words = (
                f"{written.method} {printable(written.path)} was being written, and is put aside: "
                f"{key_cap(self._screen, 'requests')} has it, as long as you stay signed in here."
            )
            self._screen.notify(words, title="Put aside", markup=False)

    def take_details(self, edited: ApiRequest) -> None:
        """Take headers and body as they were edited."""
        self._line.change(replace(self.request, headers=edited.headers, body=edited.body))

    async def is_right(self) -> bool:
        """Return whether it can be sent; where not, go to what is wrong."""
        if self._line.is_wrong:
            self._line.edit_path()
            return False
        self._line.leave_path()
        if self._details.trouble:
            await self._details.edit("headers")
            return False
        return True

    @property
    def may_edit(self) -> bool:
        """Whether there is something for an editor: a body that can be sent, or what is written."""
        is_written = self._details.part_in_focus is not None or bool(self._details.text("body"))
        return self.request.has_body or is_written

    async def choose_method(self) -> None:
        """Let the method be chosen from a list."""
        method = await self._screen.app.push_screen_wait(MethodScreen(self.request.method))
        if method is not None:
            self._line.change(replace(self.request, method=method))
            self._line.scroll_visible(animate=False)

    async def write_in_editor(self) -> None:
        """Let the body be written in the person's own editor; the headers where one is at them."""
        part = self._details.part_in_focus or "body"
        text = self._details.text(part)
        ending = "json" if part == "body" and (not text or is_json(text)) else "txt"
        try:
            edited = await edit_text(self._screen.app, text, f"{part}.{ending}")
            self._details.write(part, edited)
        except NotEdited as error:
            words = printable(error)
            self._screen.app.clear_notifications()  # of the same, at each press
            self._screen.notify(words, title="Not edited", severity="warning", markup=False)

    async def open_kept(
        self,
        held: Callable[[], Iterable[str]],
        copy_curl: Callable[[ApiRequest], Awaitable[None]],
    ) -> None:
        """Let a request be opened that was kept, or this one be kept."""
        kept, trouble = KeptRequests(self._origin), self._details.trouble
        screen = KeptScreen(kept, self.request, trouble, held, copy_curl, tuple(self._aside))
        request = await self._screen.app.push_screen_wait(screen)
        if request is not None:
            self.open(request)

    @property
    def _line(self) -> RequestLine:
        return self._screen.query_one(RequestLine)

    @property
    def _details(self) -> RequestDetails:
        return self._screen.query_one(RequestDetails)
