"""Tenants: one row for each profile and config, who is signed in there; Enter opens it."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar, Final

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static
from textual.worker import Worker

from tui.app.messages import Opening, OpeningRequested, told_taken_over
from tui.app.screens.external_api.dialogs import QuestionScreen
from tui.app.screens.place import tell_of_failed_work
from tui.app.widgets.key_line import KeyLine
from tui.app.widgets.row_list import RowList
from tui.auth.kept_sessions import KeptSession, KeptSessions
from tui.auth.session import Session
from tui.config.keys import IN_KEYRING
from tui.config.load import Config, as_chosen
from tui.config.paths import shown
from tui.moments import Clock, clock_time
from tui.text import printable

if TYPE_CHECKING:
    from tui.app.screens.set_up.form import FormScreen
    from tui.app.screens.set_up.registration import RegistrationScreen

LOOK_SECONDS: Final = 2.0
"""Between two looks at what is kept: another window may sign in or out."""

LEAST_NAME_CELLS: Final = 10
MOST_NAME_CELLS: Final = 24

SECRETLESS: Final = "A sign-in or a renewal there has none then, until doorkey init takes it anew."

FORGOTTEN: Final = "It is out of the system's keyring. Take clientSecret out of the config, too."

NOTHING_TO_FORGET: Final = "The system's keyring has none for this config, or does not answer."

STAYS: Final = ("Opening it ends no session: each tenant keeps its own.", "$foreground-muted")
CHANGED: Final = ("▸ Its file says something else by now. Enter takes it over.", "$text-warning")

WIDE_CELLS: Final = 84  # from then on there is room for how long a session lasts


class TenantRows(RowList):
    """One row for each config: its name, its tenant, who is signed in, until when."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "choose", "Open", id="row-choose", tooltip="Go on with this tenant"),
    ]

    def __init__(self, clock: Clock) -> None:
        super().__init__()
        self._clock = clock
        self.rows: Sequence[KeptSession] = ()
        self.in_use: Config | None = None

    def show(self, rows: Sequence[KeptSession], cursor: int) -> None:
        """Show these, with the cursor at one of them."""
        self.rows = rows
        self.set_rows(len(rows), cursor)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer to open what can be opened; why another cannot is said below."""
        is_broken = bool(self.rows) and self.rows[self.cursor].config is None
        return not (action == "choose" and is_broken) and super().check_action(action, parameters)

    def draw_row(self, index: int) -> Content:
        """Return a row; what is wrong with a config is said below the list."""
        row, width = self.rows[index], self.row_cells
        longest = max(len(each.known.label) for each in self.rows)
        name_cells = max(LEAST_NAME_CELLS, min(MOST_NAME_CELLS, longest, width // 3))
        is_here = self.in_use is not None and row.known.path == self.in_use.path
        lead = Content.assemble(
            ("● " if is_here else "  ", "$text-success"),
            _fitted(_from_its_end(printable(row.known.label), name_cells), name_cells),
            "  ",
        )
        if row.config is None:
            return Content.assemble(lead, ("✗ cannot be used", "$text-error"))
        rest = width - lead.cell_length
        who_cells = min(30, rest // 2 - 2)
        until = _until(row, self._clock) if width >= WIDE_CELLS else ""
        until_cells = 20 if width >= WIDE_CELLS else 0
        tenant = printable(row.config.domain).removeprefix("https://")
        who = printable(row.who) or "nobody"
        return Content.assemble(
            lead,
            (_fitted(tenant, max(8, rest - who_cells - until_cells - 2)), "$foreground-muted"),
            "  ",
            _fitted(who, who_cells) if row.who else (_fitted(who, who_cells), "$foreground-muted"),
            (until, "$foreground-muted"),
        )


class TenantsScreen(ModalScreen[None]):
    """The tenants of all configs at hand; the app is opened anew with the one that is chosen."""

    CSS_PATH = "tenants.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("n", "new", "New tenant", id="new-tenant", tooltip="Connect one of your own"),
        Binding("r", "register", "What to register", id="tenant-steps",
                tooltip="What its tenant has to know of this client, step by step"),
        Binding("f", "forget_secret", "Forget secret", id="forget-secret",
                tooltip="Take its client secret out of the system's keyring"),
        Binding("escape", "leave", "Back", id="leave-tenants", tooltip="To the screen below"),
        Binding("f1", "app.help", "Help", id="help", tooltip="What this is"),
    ]  # fmt: skip
    HELP = """\
## Tenants

Every profile (`profiles/NAME.json` in your config folder) and every config at hand, with whoever is
signed in there: the one that is open, which the dot marks, the one that `DOORKEY_CONFIG` names, and
the `auth_config.json` of this folder and of your config folder, and the built-in one of the local
tenant, once you have tried it. One that lies elsewhere is opened by `doorkey --config PATH`.

*Enter* opens the one at the cursor, or the open one anew where its file has changed; nothing of
the one before stays in the app, and its session is kept. *New tenant* asks for one of your own, as
`doorkey init NAME` does. *What to register* looks the one at the cursor up and says what it has to
know, as `doorkey init --show` does. *Forget secret* takes its client secret out of the system's
keyring, where there is one.
"""

    def __init__(
        self,
        config: Config,
        session: Session | None,
        with_servers: bool,
        clock: Clock,
        make_form: "Callable[[], FormScreen]",
        make_steps: "Callable[[Config], Awaitable[RegistrationScreen]]",
        forget_secret: "Callable[[Config], bool]",
    ) -> None:
        """Take what is open here: its config, its session, whether its servers run beside it.

        `forget_secret` may block; it returns whether there was a client secret that is gone now.
        """
        super().__init__()
        self._config = config
        self._session = session
        self._with_servers = with_servers
        self._clock = clock
        self._make_form = make_form
        self._make_steps = make_steps
        self._forget_secret = forget_secret
        self._kept = KeptSessions(config.path)

    def compose(self) -> ComposeResult:
        """Yield the list, and below it all about the row at the cursor."""
        with Vertical(classes="panel") as panel:
            panel.border_title = "Tenants"
            yield TenantRows(self._clock)
            yield Static(id="about")
        yield KeyLine()

    def on_mount(self) -> None:
        """Begin at the one that is open, and keep looking."""
        self.query_one(TenantRows).in_use = self._config
        self._look()
        self.set_interval(LOOK_SECONDS, self._look)

    @work(exclusive=True, group="look", exit_on_error=False)
    async def _look(self) -> None:
        rows = [self._as_open(row) for row in await asyncio.to_thread(self._kept.look)]
        table = self.query_one(TenantRows)
        if rows == list(table.rows):
            table.refresh()
            return
        at = table.rows[table.cursor].known.path if table.rows else self._config.path
        here = [number for number, row in enumerate(rows) if row.known.path == at]
        table.show(rows, here[0] if here else table.cursor)
        self._tell_about(table.cursor)

    def _as_open(self, row: KeptSession) -> KeptSession:
        """Return the row, with the session that is open here even if none is kept on the disk."""
        is_unkept = row.known.path == self._config.path and row.session is None
        return replace(row, session=self._session) if is_unkept and not row.problem else row

    @on(RowList.Moved)
    def _follow_cursor(self, message: RowList.Moved) -> None:
        self._tell_about(message.index)

    def _tell_about(self, index: int) -> None:
        rows = self.query_one(TenantRows).rows
        if rows:
            about = _about(rows[index], self._clock)
            if self._has_changed(rows[index]):
                about = Content("\n").join((about, Content.styled(*CHANGED)))
            elif rows[index].config is not None and rows[index].known.path != self._config.path:
                about = Content("\n").join((about, Content.styled(*STAYS)))
            self.query_one("#about", Static).update(about)
        self.refresh_bindings()

    @on(RowList.Chosen)
    def _open(self, message: RowList.Chosen) -> None:
        row = self.query_one(TenantRows).rows[message.index]
        is_in_use = row.known.path == self._config.path
        if row.config is None:  # clicked
            self.app.bell()
        elif is_in_use and not self._has_changed(row):
            self.dismiss(None)
        else:
            notice = told_taken_over(self._config, row.config) if is_in_use else ""
            opening = Opening(row.config, self._with_servers, notice=notice)
            self.post_message(OpeningRequested(opening))

    def _has_changed(self, row: KeptSession) -> bool:
        """Return whether it is the config in use, and its file says something else by now."""
        if row.config is None or row.known.path != self._config.path:
            return False
        return self._config != (as_chosen(row.config) if self._config.is_chosen else row.config)

    def action_new(self) -> None:
        """Ask for a tenant that is new here."""
        self.app.push_screen(self._make_form())

    @work(exclusive=True, group="steps", exit_on_error=False)
    async def action_register(self) -> None:
        """Say what the tenant at the cursor has to know; ask it first who it is."""
        table, config = self.query_one(TenantRows), self._config_at_cursor()
        if config is None:
            self.app.bell()  # why is said below
            return
        about = self.query_one("#about", Static)
        about.update(Content(f"◌ Looking {printable(config.issuer)} up ..."))
        screen = await self._make_steps(config)
        self._tell_about(table.cursor)
        self.app.push_screen(screen)

    @work(exclusive=True, group="secret", exit_on_error=False)
    async def action_forget_secret(self) -> None:
        """Take the client secret of the config at the cursor out of the system's keyring."""
        config = self._config_at_cursor()
        if config is None:
            return
        question = QuestionScreen("Forget the client secret", config.label, SECRETLESS, "Forget it")
        if await self.app.push_screen_wait(question):
            gone = await asyncio.to_thread(self._forget_secret, config)
            self.notify(FORGOTTEN if gone else NOTHING_TO_FORGET, markup=False)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer to forget a secret where one is said to be in the keyring."""
        if action == "forget_secret":
            config = self._config_at_cursor()
            return config is not None and config.client_secret == IN_KEYRING
        return super().check_action(action, parameters)

    def _config_at_cursor(self) -> Config | None:
        tables = self.query(TenantRows)  # none yet, while the screen is composed
        rows = tables.first().rows if tables else ()
        return rows[tables.first().cursor].config if rows else None

    @on(Worker.StateChanged)
    def _tell_failed_work(self, message: Worker.StateChanged) -> None:
        tell_of_failed_work(self, message)

    def action_leave(self) -> None:
        """Go back."""
        self.dismiss(None)


def _about(row: KeptSession, clock: Clock) -> Content:
    lines = [(shown(row.known.path), "$foreground-muted")]
    if row.config is not None:
        lines.append((f"API {printable(row.config.api_url)}", "$foreground-muted"))
    if row.problem:
        lines.append((printable(row.problem), "$text-error"))
    elif row.session is not None:
        lines.append((f"{printable(row.who)}, {_until(row, clock)}", "$foreground"))
    else:
        lines.append(("Nobody is signed in.", "$foreground"))
    return Content("\n").join(Content.styled(*line) for line in lines)


def _until(row: KeptSession, clock: Clock) -> str:
    if row.session is None:
        return ""
    if row.session.renewable:
        return "renewed as needed"
    now, expiry = clock(), row.session.token_set.access_token_expiry
    return f"until {clock_time(expiry, now)}" if now < expiry else "expired"


def _from_its_end(name: str, cells: int) -> str:
    """Return what fits of a path: its end says more than its beginning."""
    content = Content(name)
    cut = content.cell_length - cells + 1
    return f"…{name[cut:]}" if cut > 1 and "/" in name else name


def _fitted(text: str, cells: int) -> str:
    content = Content(text).truncate(cells, ellipsis=True)
    return content.pad_right(max(0, cells - content.cell_length)).plain
