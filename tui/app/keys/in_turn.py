"""One key after another: the next is handed on when all that the one before does is done.

Textual gives a key to what has the focus as the key comes in, and what a key does comes later. Of
keys that come in one piece, as over a slow line, those after the one that opens a field would be
commands: `e`, then the `f` of a path, would save the answer.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Final

from textual import events
from textual.app import App
from textual.message_pump import MessagePump
from textual.screen import Screen

Typed = events.Key | events.Paste

ROUNDS: Final = 3
"""After the key itself comes what a field tells of it, and then what is made of that."""

LONGEST_SECONDS: Final = 1.0
"""A key is not held back longer than this by the one before it."""


class KeysInTurn:
    """Holds keys and pastes back while the one before them is at work; text of a field is not."""

    def __init__(self, app: App[None], hand_on: Callable[[Typed], Awaitable[None]]) -> None:
        self._app = app
        self._hand_on = hand_on
        self._held: deque[Typed] = deque()
        self._turn = 0
        self._is_at_work = False
        """Whether the key whose turn it is has not done yet all that it does."""

    async def take(self, typed: Typed) -> None:
        """Hand it on, now or when its turn has come."""
        self._held.append(typed)
        if not self._is_at_work:
            await self._go_on()

    async def _go_on(self) -> None:
        self._is_at_work = False
        while self._held and not self._is_at_work:
            typed = self._held.popleft()
            where = self._app.focused or self._app.screen
            way = list[MessagePump](where.ancestors_with_self)
            is_text = isinstance(typed, events.Key) and where.check_consume_key(
                typed.key, typed.character
            )
            await self._hand_on(typed)
            if not is_text:
                self._is_at_work = True
                self._turn += 1
                self._app.set_timer(LONGEST_SECONDS, partial(self._end_turn, self._turn))
                self._follow(self._turn, way * ROUNDS)

    def _follow(self, turn: int, way: list[MessagePump]) -> None:
        """Go the way of the key, behind it and behind what it brings about; then look around."""
        while way:
            if way.pop(0).call_later(self._follow, turn, way):  # one that closes takes nothing
                return
        self._app.call_later(self._look_around, turn)

    async def _look_around(self, turn: int) -> None:
        await asyncio.sleep(0)  # a worker begins, and opens a dialog
        screen = self._app.screen
        later = self._app.call_later
        if not screen.call_later(later, self._end, turn, screen):  # once it has its focus
            later(self._end, turn, screen)

    async def _end(self, turn: int, screen: Screen[object]) -> None:
        if screen is self._app.screen:
            await self._end_turn(turn)
        elif turn == self._turn:
            await self._look_around(turn)

    async def _end_turn(self, turn: int) -> None:
        """Hand on what is held, unless that has been done and another key is at work by now."""
        if turn == self._turn and self._is_at_work:
            await self._go_on()
