"""All words can be read and all frames be seen, on every screen, in every theme that is offered."""

import itertools
import re
from collections.abc import Callable

import pytest
from textual.pilot import Pilot

from tests.support.app.contrast import FRAME, WORD, contrast, pairs
from tests.support.app.stage import (
    ALICE,
    Stage,
    amiss,
    api_accepts,
    api_needs_scope,
    session_of,
    stage,
    text_of,
    until,
)
from tests.support.builders.sessions import expired
from tests.support.heavy import rounds
from tests.support.silence import nobody_listens
from tui.app.themes import ReadableWords
from tui.auth.store.store import MemoryStore
from tui.doctor.row import Row, Tell

LEAST = {WORD: 4.5, FRAME: 3.0}
"""WCAG 2.2, AA: 1.4.3 for text that is not large, 1.4.11 for what shows where something ends."""


async def examine(watch: Tell) -> list[Row]:
    """Find something of each kind."""
    rows = [
        Row("api", verdict, "what was found", "What helps.")
        for verdict in ("wrong", "warning", "unknown", "ok")
    ]
    watch(rows[0])
    return rows


SCREENS: dict[str, tuple[Callable[[], Stage], list[str], str]] = {
    "home": (stage, [], "Check again"),
    "home, something amiss": (lambda: stage(look=amiss), [], "silent"),
    "home, signed in": (lambda: stage(signed_in=True), ["tab"], "Alice"),
    "home, expired": (
        lambda: stage(store=MemoryStore(expired(session_of(ALICE))), browser="waits"), [], "Alice",
    ),
    "profile": (lambda: stage(signed_in=True), ["2", *"jj"], "alice@example.com"),
    "profile, the token": (lambda: stage(signed_in=True), ["2", "t", "v"], "eyJ"),
    "profile, session": (lambda: stage(signed_in=True), ["2", "t", "t"], "Renewals"),
    "profile, any JWT": (lambda: stage(signed_in=True), ["2", "h"], "Paste any JWT"),
    "external API": (lambda: stage(signed_in=True), ["3"], "Nothing called yet"),
    "answer": (
        lambda: stage(signed_in=True, api=api_accepts), [*"3pppppp", "tab", "tab"], "median",
    ),
    "refused": (lambda: stage(signed_in=True, api=api_needs_scope), [*"3p"], "Way out"),
    "no answer": (lambda: stage(signed_in=True, api=nobody_listens), [*"3p"], "gave no answer"),
    "wrong path": (lambda: stage(signed_in=True), [*"3e", *"x y"], "External"),
    "methods": (lambda: stage(signed_in=True), [*"3m"], "DELETE"),
    "before a change": (lambda: stage(signed_in=True), [*"3mjjj", "enter", "p"], "may change"),
    "headers, the proxy": (lambda: stage(signed_in=True), [*"3xyh", *"A: b"], "Proxy on"),
    "kept requests": (lambda: stage(signed_in=True), [*"3vn"], "under which name"),
    "tenants": (lambda: stage(signed_in=True), ["t"], "cannot be used"),
    "the doctor": (lambda: stage(examine=examine), ["d"], "1 wrong"),
    "QR code": (lambda: stage(browser="fails"), ["l", "k"], "too small"),
    "sign-in": (lambda: stage(browser="waits"), ["l"], "Finish in your browser"),
    "sign-in, by code": (lambda: stage(browser="waits"), [*"ld"], "Sign in"),
    "sign-in, no browser": (lambda: stage(browser="fails"), ["l"], "did not open"),
    "log out": (lambda: stage(signed_in=True), ["o"], "Log out?"),
    "help": (stage, ["f1"], "What this is"),
    "palette": (stage, ["ctrl+p"], "Check again"),
}  # fmt: skip
"""How to come to each, and what is read there then."""


@pytest.mark.heavy
@pytest.mark.parametrize("screen", SCREENS)
async def test_all_words_can_be_read_and_all_frames_seen_in_every_theme(screen: str) -> None:
    make, keys, words = SCREENS[screen]
    on = make()
    too_near = []
    async with on.app.run_test(size=(120, 36)) as pilot:
        await until(pilot, lambda: on.app.account.state != "restoring")
        for key in keys:
            await pilot.press(key)
            await pilot.pause()
        await until(pilot, lambda: words in text_of(on.app))
        for theme in themes_for(screen, list(on.app.available_themes)):
            on.app.theme = theme
            picture = await repaint(pilot)
            assert pairs(picture)
            too_near += [
                f"{theme}: {said[:40]!r}, {color} on {ground}, {contrast(color, ground):.2f}"
                for kind, least in LEAST.items()
                for (color, ground), said in pairs(picture, kind).items()
                if contrast(color, ground) < least
            ]
    assert not too_near


def themes_for(screen: str, themes: list[str]) -> list[str]:
    """All themes, or one of them, each screen its own: together the screens wear them all."""
    assert len(SCREENS) >= len(themes)
    apart = rounds(len(themes), 1)
    return themes[[*SCREENS].index(screen) % apart :: apart]


async def repaint(pilot: "Pilot[None]") -> str:
    await pilot.pause()
    await pilot.pause()
    return pilot.app.export_screenshot()


@pytest.mark.parametrize("kind", LEAST)
async def test_the_measure_finds_what_cannot_be_seen(
    kind: re.Pattern[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ReadableWords, "apply", lambda _self, segments, _background: segments)
    on = stage(signed_in=True)
    async with on.app.run_test(size=(120, 36)) as pilot:
        on.app.theme = "solarized-light"
        found = pairs(await repaint(pilot), kind)
        assert min(itertools.starmap(contrast, found)) < LEAST[kind]


async def test_themes_in_the_terminals_own_colours_are_not_offered() -> None:
    assert all(not theme.ansi for theme in stage().app.available_themes.values())
