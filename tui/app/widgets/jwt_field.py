"""The field for any JWT."""

from typing import ClassVar, Final

from textual import events
from textual.binding import Binding, BindingType
from textual.widgets import Input

LONGEST_JWT: Final = 64 * 1024
"""Characters."""

BEGINNINGS: Final = ("e", '"', "'")
"""Of a JWT, where a terminal sends what is pasted letter by letter; with its quotes."""


class JwtField(Input):
    """Where a JWT is pasted. Hidden as a password is: who sees a token can use it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "Done", id="leave-jwt", tooltip="Then t and h change tabs"),
    ]

    def __init__(self) -> None:
        super().__init__(
            placeholder="Paste a JWT",
            password=True,
            max_length=LONGEST_JWT,
            compact=True,
            id="jwt-field",
        )

    def on_paste(self, event: events.Paste) -> None:
        """Leave it to the screen, which puts it in the place of what is here."""
        event.prevent_default()

    def check_consume_key(self, key: str, character: str | None) -> bool:
        """Leave keys to the screen while nothing is here and they begin no token."""
        takes = bool(self.value) or character in BEGINNINGS
        return takes and super().check_consume_key(key, character)

    def on_key(self, event: events.Key) -> None:
        """Leave to the screen what begins no token: nobody types one, and `t` is for the tabs."""
        if event.is_printable and not self.check_consume_key(event.key, event.character):
            event.prevent_default()

    def action_leave(self) -> None:
        """Go to what the token says, if anything: keys are those of the screen again."""
        self.screen.set_focus(None)
        self.post_message(self.Submitted(self, self.value))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Leave the arrows to the tabs while there is nothing to move in."""
        if action in ("cursor_left", "cursor_right"):
            return bool(self.value)
        return super().check_action(action, parameters)
