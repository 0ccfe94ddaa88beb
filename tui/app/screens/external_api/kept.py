"""The requests that are kept under a name: to find, open, copy and forget them, and to keep one."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import ClassVar, Final

from textual import events, on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from tui.api.kept import LONGEST_NAME, KeptRequest, KeptRequests
from tui.api.request import ApiRequest
from tui.app.keys.caps import key_cap
from tui.app.screens.external_api.dialogs import removal_question
from tui.app.widgets.key_line import KeyLine
from tui.app.widgets.row_list import RowList
from tui.errors import StoreFailed
from tui.text import printable, shortened

NAME_CELLS: Final = 24
METHOD_CELLS: Final = 8
LONGEST_PATH: Final = 200

PUT_ASIDE: Final = "(put aside)"
"""Stands for the name of what was being written when another request took its place."""


class KeptTable(RowList):
    """One row for each request: its name, its method, its path."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "choose", "Open", id="row-choose", tooltip="To send it, or to change it"),
    ]

    def __init__(self) -> None:
        super().__init__(id="kept-table")
        self._requests: Sequence[KeptRequest] = ()

    @property
    def chosen(self) -> KeptRequest | None:
        """The one at the cursor, if there is any."""
        return self._requests[self.cursor] if self._requests else None

    def show(self, requests: Sequence[KeptRequest], name: str = "") -> None:
        """Show these, with the cursor at the one called `name`, or where it was."""
        self._requests = requests
        named = [at for at, each in enumerate(requests) if each.name == name]
        self.set_rows(len(requests), named[0] if named else self.cursor)

    def draw_row(self, index: int) -> Content:
        """Return a row."""
        kept = self._requests[index]
        path = printable(kept.request.path, LONGEST_PATH)
        name = Content(shortened(kept.name, NAME_CELLS - 2))
        return Content.assemble(
            name.pad_right(max(0, NAME_CELLS - name.cell_length)),
            (f"{kept.request.method:{METHOD_CELLS}}", "$text-primary"),
            (path, "$foreground-muted"),
        )


class KeptScreen(ModalScreen[ApiRequest | None]):
    """The list; answers with the request to open, or None."""

    CSS_PATH = "kept.tcss"
    AUTO_FOCUS = "#kept-table"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("n", "name", "Keep this", id="keep-request", tooltip="The one on the screen"),
        Binding("slash", "find", "Find", id="find-request", tooltip="By name, method or path"),
        Binding("u", "copy_curl", "Copy curl", id="copy-kept", tooltip="A line to call the API"),
        Binding("d,delete", "remove", "Forget", id="forget-request", tooltip="After a question"),
        Binding("escape", "back", "Back", id="leave-requests", tooltip="To the screen below"),
        Binding("f1", "app.help", "Help", id="help", tooltip="What this is"),
    ]
    HELP = """\
## Kept requests

What you keep under a name: method, path, headers and body, for this API, in a file that only you
can read. **Enter** opens one, and sends nothing; *Keep this* keeps what is on the screen below.
What was being written when another request took its place comes first, *(put aside)* as long as
you stay signed in here.

No token is ever kept. A header that looks like a credential is kept without its value, and a path
or a body with a token in it is not kept.
"""

    def __init__(
        self,
        kept: KeptRequests,
        request: ApiRequest,
        trouble: str,
        held: Callable[[], Iterable[str]],
        copy_curl: Callable[[ApiRequest], Awaitable[None]],
        aside: Sequence[ApiRequest] = (),
    ) -> None:
        """Take what is kept; what can be kept now and what is wrong with it, if so; the tokens.

        What is put `aside` is in no file, and can be opened from here.
        """
        super().__init__()
        self._kept = kept
        self._request = request
        self._trouble = trouble
        self._held = held
        self._copy_curl = copy_curl
        self._aside = tuple(KeptRequest(PUT_ASIDE, each) for each in aside)
        self._all: Sequence[KeptRequest] = self._aside

    def compose(self) -> ComposeResult:
        """Put it together; the field for a name comes when it is wanted."""
        with Vertical(classes="panel dialog") as dialog:
            dialog.border_title = "Kept requests"
            yield Input(placeholder="Find", compact=True, id="filter")
            yield KeptTable()
            yield Static(id="said")
            yield Input(placeholder="Name", compact=True, max_length=LONGEST_NAME, id="name")
        yield KeyLine()

    def on_mount(self) -> None:
        """Show what is kept."""
        self.query_one("#name").display = False
        self._load()

    def _load(self, name: str = "") -> None:
        try:
            kept = self._kept.all()
            known = [each.request for each in kept]
            aside = (each for each in self._aside if each.request not in known)
            self._all = (*aside, *kept)
        except StoreFailed as error:
            self._say(f"✗ {printable(error)}")
        else:
            self._say(
                ""
                if self._all
                else f"Nothing yet. {self._key('keep-request')} keeps what "
                "is on the screen, under a name and without any token."
            )
        self._filter(name)

    def _filter(self, name: str = "") -> None:
        words = self.query_one("#filter", Input).value.casefold().split()
        found = [each for each in self._all if all(word in _searched(each) for word in words)]
        self.query_one("#filter").display = bool(self._all)
        self.query_one(".dialog").border_subtitle = "Enter opens it" if found else ""
        self.query_one(KeptTable).show(found, name)
        self.refresh_bindings()

    def _key(self, name: str) -> str:
        return key_cap(self, name)

    def _say(self, words: str) -> None:
        said = self.query_one("#said", Static)
        said.display = bool(words)
        said.update(Content(words))

    # To find one

    def action_find(self) -> None:
        """Go to the field in which one says what to look for."""
        self.query_one("#filter").focus()

    @on(Input.Changed, "#filter")
    def _apply_filter(self) -> None:
        self._filter()

    @on(Input.Submitted, "#filter")
    @on(RowList.Chosen)
    def _open(self) -> None:
        chosen = self.query_one(KeptTable).chosen
        if chosen is not None:
            self.dismiss(chosen.request)

    @on(RowList.Moved)
    def _follow_cursor(self) -> None:
        self.refresh_bindings()

    def on_key(self, event: events.Key) -> None:
        """Let the arrows move through the list while one types what to look for."""
        if self.query_one("#filter").has_focus and event.key in ("up", "down"):
            self.query_one(KeptTable).action_move(1 if event.key == "down" else -1)
            event.stop()

    # What can be done with one

    @work(exclusive=True, group="copy", exit_on_error=False)
    async def action_copy_curl(self) -> None:
        """Copy a command that makes the call."""
        chosen = self.query_one(KeptTable).chosen
        if chosen is not None:
            await self._copy_curl(chosen.request)

    @work(exclusive=True, group="remove", exit_on_error=False)
    async def action_remove(self) -> None:
        """Forget one, after a question."""
        chosen = self.query_one(KeptTable).chosen
        if chosen is None or not await self.app.push_screen_wait(removal_question(chosen.name)):
            return
        try:
            await asyncio.to_thread(self._kept.remove, chosen.name)
        except StoreFailed as error:
            self._say(f"✗ {printable(error)}")
        else:
            self._load()

    # To keep one

    def action_name(self) -> None:
        """Ask for the name under which to keep what is on the screen."""
        if self._trouble:
            self._say(f"✗ Not kept: {printable(self._trouble)}.")
            return
        field = self.query_one("#name")
        field.display = True
        self.query_one(".dialog").border_subtitle = "Enter keeps it"
        field.focus()
        self._say(f"{self._request.method} {printable(self._request.path)}, under which name?")

    @on(Input.Changed, "#name")
    def _check_name(self, message: Input.Changed) -> None:
        taken = any(each.name == message.value.strip() for each in self._all)
        if taken:
            self._say("There is one of that name; Enter puts this one in its place.")

    @on(Input.Submitted, "#name")
    @work(exclusive=True, group="keep", exit_on_error=False)
    async def _keep(self, message: Input.Submitted) -> None:
        try:
            kept = await asyncio.to_thread(
                self._kept.keep, message.value, self._request, tuple(self._held())
            )
        except ValueError as error:
            self._say(f"✗ Not kept: {printable(error)}.")
        except StoreFailed as error:
            self._say(f"✗ Not kept. {printable(error)}")
        else:
            self._end_naming()
            self.query_one("#filter", Input).value = ""
            self._load(kept.name)
            self._tell_what_is_left_out(kept)

    def _tell_what_is_left_out(self, kept: KeptRequest) -> None:
        if kept.left_out:
            names = ", ".join(map(printable, kept.left_out))
            self._say(f"▸ Kept without the value of {names}: it looks like a credential.")

    def _end_naming(self) -> None:
        self.query_one("#name", Input).value = ""
        self.query_one("#name").display = False
        self.query_one(KeptTable).focus()

    def action_back(self) -> None:
        """Leave the name, then what is looked for, then the list."""
        find = self.query_one("#filter", Input)
        if self.query_one("#name").display:
            self._end_naming()
            self._load()
        elif find.has_focus or find.value:
            find.value = ""
            self.query_one(KeptTable).focus()
        else:
            self.dismiss(None)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer what there is something for."""
        if action in ("copy_curl", "remove", "find") and self.is_mounted:
            chosen = self.query_one(KeptTable).chosen
            return bool(self._all) and (action != "remove" or chosen not in (None, *self._aside))
        return super().check_action(action, parameters)


def _searched(kept: KeptRequest) -> str:
    return f"{kept.name} {kept.request.method} {kept.request.path}".casefold()
