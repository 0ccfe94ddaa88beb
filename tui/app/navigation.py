"""The guard: which place is shown, which was asked for, and whether to sign in first."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Final

from textual.app import App
from textual.screen import Screen

from tui.app.account import Account
from tui.app.messages import PROTECTED, Opening, Place, SignInEnded, SignInRequested
from tui.app.textual_internals import as_styled, build_mode, paint_ahead

if TYPE_CHECKING:
    from tui.auth.session import LoginEvent

ScreenFactories = Mapping[Place, Callable[[], Screen[None]]]
"""What makes each place's screen, when one first goes there."""

SignInFactory = Callable[[SignInRequested, Screen[None]], "Screen[LoginEvent | None]"]
"""What makes the screen of one sign-in, to be shown over the one that is given."""

FIRST_VISIT_SECONDS: Final = 0.05
"""A screen that is just put together would be painted several times."""

PAINTINGS_AHEAD: Final = 2
"""The first tells the widgets how much room there is, and they choose their words by it."""


class Navigation:
    """The places of an app, and the way to each; nobody gets to a protected one signed out."""

    def __init__(
        self,
        app: App[None],
        account: Callable[[], Account],
        screens: ScreenFactories,
        sign_in: SignInFactory,
    ) -> None:
        self._app = app
        self._account = account
        self._screens = screens
        self._make_sign_in = sign_in
        self._target: Place | None = None
        """The place that the sign-in asked for, or under way, leads to."""
        self._hoped_for: Place | None = None
        """The place to go to if it turns out that somebody is signed in."""
        self._standing = {"home"}
        """The places that are put together already: no change to one of them is masked."""
        self._building = asyncio.Lock()
        """Held while a place is put together or removed: the two must not overlap."""
        self.is_signing_in = False
        """Whether the screen of a sign-in is open."""
        self.mask_seconds = FIRST_VISIT_SECONDS
        """How long a change of screens is masked; no longer than it takes."""
        for place, factory in screens.items():
            app.add_mode(place, partial(as_styled, app, factory))

    @property
    def place(self) -> Place:
        """The place that is shown."""
        return next(place for place in self._screens if place == self._app.current_mode)

    def begin(self, opening: Opening) -> None:
        """Begin at the place, and with the sign-in, that the app was opened with."""
        if opening.notice:
            self._app.notify(opening.notice, title="The config", markup=False, timeout=10)
        if opening.signs_in:
            self.sign_in(opening.place)
        elif opening.place != "home":
            self._hoped_for = opening.place

    def go(self, place: Place) -> None:
        """Go to a place; to a protected one only after signing in."""
        if place in PROTECTED and not self._account().signed_in:
            self.sign_in(place)
        else:
            self._app.switch_mode(place)

    def request_sign_in(self, wish: SignInRequested) -> None:
        """Sign in where nobody is signed in, or anew where that was asked for; the place stays."""
        state = self._account().state
        if wish.is_special or state == "expired":
            self.sign_in(self.place, wish)
        elif state != "signed-in":
            self.sign_in("home", wish)

    def sign_in(self, target: Place, wish: SignInRequested | None = None) -> None:
        """Sign in, then go to `target`; waits until it is known who is signed in."""
        self._target = target
        if self._account().state != "restoring" and not self.is_signing_in:
            self._open_sign_in(wish or SignInRequested())

    def log_out(self, question: Screen[bool], make_screen: Callable[[], Screen[None]]) -> None:
        """Ask at the place that is shown; then log out over Home, as the others are removed."""

        def answered(agreed: bool | None) -> None:
            if agreed:
                self._app.switch_mode("home")
                self._app.push_screen(make_screen())

        self._app.push_screen(question, answered)

    def follow_account(self) -> None:
        """Go on to the place that was asked for, now that it is known who is signed in."""
        hoped_for, self._hoped_for = self._hoped_for, None
        if hoped_for and self._account().signed_in:
            self._app.switch_mode(hoped_for)
        if self._target is None or self.is_signing_in:
            return
        if self._account().signed_in:
            self._arrive()
        else:
            self._open_sign_in(SignInRequested())

    def end_sign_in(self) -> None:
        """Go where the sign-in was to lead; without a session the guard leads home."""
        self.is_signing_in = False
        self._arrive()

    def admit(self, mode: str) -> str:
        """Return the mode that is shown where `mode` was asked for: that one, or Home."""
        if mode in PROTECTED and not self._account().signed_in:
            mode = "home"
        self.mask_seconds = 0.0 if mode in self._standing else FIRST_VISIT_SECONDS
        self._standing.add(mode)
        return mode

    async def build_ahead(self, rest: Callable[[], Awaitable[None]]) -> None:
        """Put the places together that do not stand yet, each after a rest: no key waits long.

        One that was put together for nobody knows nobody, and stays for who signs in.
        """
        for place in [each for each in self._screens if each not in self._standing]:
            await rest()
            async with self._building:
                if self._is_ending():
                    return
                if await build_mode(self._app, place):
                    self._standing.add(place)
            for _ in range(PAINTINGS_AHEAD):
                await rest()
                paint_ahead(self._app, place)

    def _is_ending(self) -> bool:
        """Return whether the app ends: its screens are being closed, and none may come or go."""
        return self._app.return_code is not None or not self._app.is_running

    async def forget_person(self) -> None:
        """Remove the protected screens: nothing that they know of a person may stay."""
        if self._app.current_mode in PROTECTED:
            await self._app.switch_mode("home")
        async with self._building:
            for place, factory in self._screens.items():
                if place in PROTECTED and not self._is_ending():
                    await self._app.remove_mode(place)
                    self._standing.discard(place)
                    self._app.add_mode(place, partial(as_styled, self._app, factory))

    def _open_sign_in(self, wish: SignInRequested) -> None:
        self.is_signing_in = True
        screen = self._make_sign_in(wish, self._app.screen_stack[0])
        self._app.switch_mode("home")  # other places are removed when another person signs in
        self._app.push_screen(screen, self._tell_end)

    def _tell_end(self, _event: "LoginEvent | None") -> None:
        # By a message, which comes after the one that tells of the new session.
        self._app.post_message(SignInEnded())

    def _arrive(self) -> None:
        place, self._target = self._target or "home", None
        self._app.switch_mode(place)
