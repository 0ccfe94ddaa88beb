"""One line of a form: its name, what is typed, what is wrong with it or was found."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Final, Literal

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.suggester import SuggestFromList
from textual.widgets import Input, Label, Static

from tui.auth.tenant.setting_up import unseen
from tui.config.keys import DEFAULT_API_URL, WrongValue
from tui.config.paths import CONFIG_NAME, shown, user_config_dir
from tui.config.vendors.servers import GENERIC
from tui.config.vendors.table import BY_KEY
from tui.errors import ConfigInvalid, DoorkeyError
from tui.text import printable_block

Check = Callable[[str], object]
"""Raises WrongValue or a DoorkeyError where a text will not do."""

Tone = Literal["none", "good", "busy", "bad"]

SIGNS: Final[dict[Tone, str]] = {"none": "", "good": "✓ ", "busy": "◌ ", "bad": "✗ "}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be typed: said in the empty field, as far as it has room, and below it."""

    hint: str
    short: str
    """The same for a small terminal: 23 cells."""
    needed: str = ""
    """What is missing where nothing was typed; empty where that will do."""


ISSUER: Final = Wanted(
    "your.eu.auth0.com, or its issuer URL",
    "your.eu.auth0.com",
    "the tenant's host or its issuer URL, such as your.eu.auth0.com",
)
CLIENT: Final = Wanted(
    "of a native (public) application there",
    "of a native app there",
    "the client ID of a native (public) application at the tenant",
)
DEMANDED: Final = Wanted(
    "this tenant may demand one; kept in your keyring", "this tenant may want it"
)
TAKEN: Final = Wanted("only if the tenant gave one; kept in your keyring", "only if it gave one")
AUDIENCE: Final = Wanted(
    "the API's identifier there",
    "the API's identifier",
    "the identifier that your API has at the tenant (at Auth0: Applications, APIs), and that "
    "stands in aud of its tokens. Where the tenant knows of no APIs, the client ID",
)
API: Final = Wanted(f"empty: {DEFAULT_API_URL}", "empty: localhost:3001")
VENDOR: Final = Wanted("empty: any other; or auth0, okta, ...", "empty; or auth0, ...")


def usual_profile() -> Wanted:
    """Return what is to be typed for a profile: nothing is the config without a name."""
    usual = user_config_dir() / CONFIG_NAME
    if usual.exists():
        return Wanted(f"empty: {shown(usual)} (there is one already)", "empty: replaces yours")
    return Wanted(f"empty: {shown(usual)}", f"empty: {CONFIG_NAME}")


class Field(Vertical):
    """A name, a place to type, and a line of words that follows what was typed."""

    DEFAULT_CSS = """
    Field {
        height: auto;
        .line { height: 1; }
        Label { width: 14; text-style: bold; }
        Input { width: 1fr; }
        .words { margin-left: 14; height: auto; min-height: 1; color: $text-muted; }
        .words.-good { color: $text-success; }
        .words.-bad { color: $text-error; }
    }
    """

    def __init__(
        self,
        name: str,
        label: str,
        wanted: Wanted,
        check: Check,
        *,
        is_secret: bool = False,
        suggest: Sequence[str] = (),
    ) -> None:
        """Take what it is called and for; `suggest` are texts to complete what is typed."""
        super().__init__(id=name)
        self._label = label
        self._check = check
        self._wanted = wanted
        suggester = SuggestFromList(suggest, case_sensitive=False) if suggest else None
        self._input = Input(compact=True, password=is_secret, suggester=suggester)
        self._words = Static(classes="words -none")

    def compose(self) -> ComposeResult:
        """Put it together."""
        with Horizontal(classes="line"):
            yield Label(Content(self._label))
            yield self._input
        yield self._words

    @property
    def value(self) -> str:
        """What stands there, without the space around it."""
        return self._input.value.strip()

    def fill(self, text: str) -> None:
        """Put `text` there, as if it were typed."""
        self._input.value = text

    def expect(self, wanted: Wanted) -> None:
        """Say that something else is expected here now."""
        self._wanted = wanted
        self._show_hint()

    def on_resize(self) -> None:
        """Hint in as many words as there is room for."""
        self.call_after_refresh(self._show_hint)  # once the field has its new width

    def _show_hint(self) -> None:
        # One cell is for the cursor, once there is a text.
        fits = len(self._wanted.hint) < self._input.size.width
        self._input.placeholder = self._wanted.hint if fits else self._wanted.short

    def go_there(self) -> None:
        """Put the cursor into it."""
        self._input.focus()

    def say(self, words: str = "", tone: Tone = "none") -> None:
        """Say `words` below it, which others may have written."""
        self._words.set_classes(f"words -{tone}")
        self._words.update(Content(SIGNS[tone] + printable_block(words)))

    def is_right(self) -> bool:
        """Look whether what was typed will do; say below what is wrong with it."""
        try:
            self._check(self.value)
        except WrongValue as wrong:
            self.say(
                f"It must be {wrong}." if self.value else f"Needed: {self._wanted.needed}.", "bad"
            )
        except DoorkeyError as error:
            self.say(str(error), "bad")
        else:
            return True
        return False


def optional(check: Check) -> Check:
    """Return a check that lets nothing be typed, too."""
    return lambda text: check(text) if text else None


def check_issuer(text: str) -> None:
    """Raise WrongValue or ConfigInvalid where this cannot be an issuer."""
    if not text:
        raise WrongValue("a host or an issuer URL")
    unseen(text)


def check_vendor(text: str) -> None:
    """Raise WrongValue where there is no vendor of that name."""
    if text.lower() not in BY_KEY:
        raise WrongValue(f"one of {', '.join(BY_KEY)}, or nothing")


def is_of_no_known_vendor(typed: str) -> bool:
    """Return whether the host of an issuer does not tell whose it is."""
    with suppress(ConfigInvalid):
        return unseen(typed).vendor is GENERIC
    return False
