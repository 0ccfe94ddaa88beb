"""The form for a tenant of one's own: looked up while one types, then written as a config."""

import asyncio
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import ClassVar, Final

from textual import events, on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.timer import Timer
from textual.widgets import Button, Input, Static
from textual.worker import Worker

from tui.app.screens.external_api.dialogs import QuestionScreen
from tui.app.screens.place import tell_of_failed_work
from tui.app.screens.set_up.fields import (
    API,
    AUDIENCE,
    CLIENT,
    DEMANDED,
    ISSUER,
    TAKEN,
    VENDOR,
    Field,
    check_issuer,
    check_vendor,
    is_of_no_known_vendor,
    optional,
    usual_profile,
)
from tui.app.screens.set_up.registration import Outside, RegistrationScreen, steps_before
from tui.app.widgets.key_line import KeyLine
from tui.auth.store.client_secret import write_with_secret
from tui.auth.tenant.setting_up import Found, config_members, look_up, registration, unseen
from tui.config.keys import DEFAULT_API_URL, KEYS
from tui.config.keys import secret as checked_secret
from tui.config.paths import CONFIG_NAME, profile_path, shown, user_config_dir
from tui.config.vendors.servers import GENERIC
from tui.config.vendors.table import BY_KEY
from tui.errors import ConfigInvalid, DoorkeyError, TenantMisbehaved, TenantUnreachable
from tui.text import printable

REST_SECONDS: Final = 0.6
"""Without a key, before the tenant is looked up that somebody types."""

UNSEEN: Final = (
    "The config can be written all the same, for when the tenant answers. What it offers is then "
    "not known, and a sign-in may ask it for more or less than it should."
)

REPLACED: Final = "The new one takes its place; what it says now is gone then."


class FormScreen(ModalScreen[None]):
    """Writes a config, then shows what to register for it."""

    CSS_PATH = "set_up.tcss"
    AUTO_FOCUS = "Input"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f3", "write", "Write it", id="write-config",
                tooltip="The config; then what to register"),
        Binding("f4", "register", "How to get a client", id="steps-before",
                tooltip="What to register at the tenant, before there is a client ID"),
        Binding("escape", "leave", "Back", id="leave-set-up", tooltip="Nothing more is written"),
        Binding("f1", "app.help", "Help", id="help", tooltip="What this is"),
    ]  # fmt: skip
    HELP = """\
## Connect a tenant of your own

What you type becomes a config: `auth_config.json` in your config folder, or `profiles/NAME.json`
there, where you name a profile. Each profile has a session of its own.

- *Issuer*: the tenant's host, such as `your.eu.auth0.com`, or its issuer URL. It is looked up while
  you type; the tenant's own spelling is taken, and what its vendor does differently is known.
- *Client ID*: of a *native* (public) application at the tenant. Some tenants give it, with some you
  choose it yourself; `F4` says how to get one.
- *Audience*: what the tenant calls your API (Auth0: Applications, APIs, Identifier); it stands in
  `aud` of an access token. Where the tenant knows of no APIs, that is the client ID.
- *API URL*: the one origin that ever gets the access token.
- *Client secret*: asked for only where the tenant may demand one; kept in your system's keyring.
- *Vendor*: asked for only where its host and metadata do not tell; for the words of its menus.

`Tab` and `Enter` go to the next field. After the config is written you are shown what to register
at the tenant; your browser opens only when you say so.
"""

    def __init__(self, outside: Outside) -> None:
        super().__init__()
        self._outside = outside
        self._found: Found | None = None
        self._rest: Timer | None = None
        self._written: Path | None = None

    def compose(self) -> ComposeResult:
        """Yield the fields; that for a secret only comes where one may be demanded."""
        client, audience = KEYS["clientId"].check, KEYS["audience"].check
        with VerticalScroll(id="body", can_focus=False), Vertical(id="column"):
            yield Static(Content("Connect your own tenant"), classes="headline lead")
            yield Field("issuer", "Issuer", ISSUER, check_issuer)
            yield Field("client", "Client ID", CLIENT, client)
            secret = optional(checked_secret)
            yield Field("secret", "Client secret", DEMANDED, secret, is_secret=True)
            yield Field("audience", "Audience", AUDIENCE, audience)
            yield Field("api", "API URL", API, optional(KEYS["apiUrl"].check))
            yield Field("profile", "Profile", usual_profile(), self._path)
            yield Field("vendor", "Vendor", VENDOR, optional(check_vendor), suggest=(*BY_KEY,))
            yield Button("Write the config", variant="primary", id="write")
            yield Static(id="trouble")
        yield KeyLine()

    def on_mount(self) -> None:
        """Begin without the fields that few tenants need."""
        self._field("secret").display = self._field("vendor").display = False
        for name, text in self._outside.typed.items():
            self._field(name).fill(text)

    # The tenant

    @on(Input.Changed)
    def _take_typed(self, message: Input.Changed) -> None:
        field = _field_of(message.input)
        field.say()
        self.query_one("#trouble", Static).update("")
        if field.id == "vendor" and self._found is not None:
            self._tell_secret(self._of_vendor(self._found))
        elif field.id == "issuer":
            self._found = None
            self._stop_resting()
            self._rest = self.set_timer(REST_SECONDS, self._look_up)

    @work(exclusive=True, group="look-up", exit_on_error=False)
    async def _look_up(self) -> None:
        if self._field("issuer").value:
            with suppress(DoorkeyError):  # which the field tells
                await self._ask_tenant()

    async def _ask_tenant(self) -> Found:
        """Ask the tenant who it is, and say so below its field."""
        field = self._field("issuer")
        field.say("Looking it up ...", "busy")
        try:
            found = await look_up(field.value, transport=self._outside.transport)
        except DoorkeyError as error:
            field.say(str(error), "bad")
            self._field("vendor").display = is_of_no_known_vendor(field.value)
            raise
        self._take(found, f"{found.vendor.name} at {found.issuer}\n{found.remark}".strip())
        return found

    def _take(self, found: Found, words: str) -> None:
        self._found = found
        self._field("issuer").say(words, "good")
        self._field("vendor").display = found.vendor is GENERIC
        self._tell_secret(self._of_vendor(found))

    def _tell_secret(self, found: Found) -> None:
        secret = self._field("secret")
        secret.expect(DEMANDED if found.may_demand_secret else TAKEN)
        secret.display = found.takes_secret

    def _of_vendor(self, found: Found) -> Found:
        """Return it with the vendor that was typed, where the tenant's looks told of none."""
        field = self._field("vendor")
        typed = BY_KEY.get(field.value.lower()) if field.display else None
        return replace(found, vendor=typed or found.vendor)

    def _stop_resting(self) -> None:
        if self._rest is not None:
            self._rest.stop()
        self.workers.cancel_group(self, "look-up")

    # The other fields

    def _path(self, name: str) -> Path:
        return profile_path(name) if name else user_config_dir() / CONFIG_NAME

    @on(events.DescendantBlur)
    def _check_left_field(self, message: events.DescendantBlur) -> None:
        if isinstance(message.widget, Input):
            field = _field_of(message.widget)
            if field.value and field.id != "issuer":  # that one is looked up
                field.is_right()

    @on(Input.Submitted)
    def _go_to_next_field(self) -> None:
        self.focus_next()

    # Writing

    @on(Button.Pressed, "#write")
    def action_write(self) -> None:
        """Write the config, if all that was typed can be in one."""
        fields = [each for each in self.query(Field) if each.display]
        wrong = [each for each in fields if not (self._is_known(each) or each.is_right())]
        if wrong:
            wrong[0].go_there()
        else:
            self._write()

    def _is_known(self, field: Field) -> bool:
        return field.id == "issuer" and self._found is not None

    @work(exclusive=True, group="write", exit_on_error=False)
    async def _write(self) -> None:
        self._stop_resting()
        secret_was_asked = self._field("secret").display
        if self._found is None:
            await self._insist()
        if self._found is None:
            self._field("issuer").go_there()
        elif self._of_vendor(self._found).may_demand_secret and not secret_was_asked:
            self._field("secret").go_there()
        else:
            path = self._path(self._field("profile").value)
            is_there = path.exists() or path.is_symlink()
            if is_there and path != self._written and not await self._asked_to_replace(path):
                self._field("profile").go_there()
            else:
                await self._put(self._of_vendor(self._found), path, replace=is_there)

    async def _asked_to_replace(self, path: Path) -> bool:
        question = QuestionScreen("There is a config already", shown(path), REPLACED, "Replace it")
        return await self.app.push_screen_wait(question)

    async def _insist(self) -> None:
        """Look the tenant up now; where that fails, ask whether it is meant all the same."""
        with suppress(ConfigInvalid):
            try:
                await self._ask_tenant()
            except (TenantUnreachable, TenantMisbehaved) as error:
                question = QuestionScreen(
                    "The tenant cannot be looked up", str(error), UNSEEN, "Write it"
                )
                if await self.app.push_screen_wait(question):
                    found = unseen(self._field("issuer").value)
                    self._take(found, f"{found.issuer}, which was not looked up")

    async def _put(self, found: Found, path: Path, *, replace: bool) -> None:
        client, audience, api = (self._field(each).value for each in ("client", "audience", "api"))
        api = "" if api.rstrip("/") == DEFAULT_API_URL else api
        secret = self._field("secret")
        try:
            members = config_members(found, client, audience, api)
            config, trouble = await asyncio.to_thread(
                write_with_secret,
                path,
                members,
                secret.value if secret.display else "",
                self._outside.keys,
                replace=replace,
            )
        except DoorkeyError as error:
            self.query_one("#trouble", Static).update(Content(printable(f"✗ {error}")))
            return
        if self._written is not None and self._written != path:
            self._written.unlink(missing_ok=True)  # it has moved to another name
        self._written = path
        self._outside.typed.clear()
        self.app.push_screen(
            RegistrationScreen(
                found.vendor, registration(found, members), config, trouble, self._outside
            )
        )

    @work(exclusive=True, group="register", exit_on_error=False)
    async def action_register(self) -> None:
        """Say what to do at the tenant before there is a client; ask it, or guess by its host."""
        typed, found, trouble = self._field("issuer").value, self._found, ""
        try:
            if typed and found is None:
                found = await self._ask_tenant()
        except (TenantUnreachable, TenantMisbehaved) as error:
            found, trouble = unseen(typed), f"The tenant was not looked up: {error}"
        except DoorkeyError as error:
            trouble = str(error)
        found = found and self._of_vendor(found)
        self.app.push_screen(steps_before(found, self._outside, trouble))

    def action_leave(self) -> None:
        """Go back; what was written stays, and what was only typed is there the next time."""
        if self._written is None:
            self._outside.typed.update((str(each.id), each.value) for each in self.query(Field))
        self.dismiss(None)

    def _field(self, name: str) -> Field:
        return self.query_one(f"#{name}", Field)

    @on(Worker.StateChanged)
    def _tell_failed_work(self, message: Worker.StateChanged) -> None:
        tell_of_failed_work(self, message)


def _field_of(typed_in: Input) -> Field:
    return next(each for each in typed_in.ancestors if isinstance(each, Field))
