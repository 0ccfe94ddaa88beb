"""The doctor's screen: rows as they come, the worst first, the chosen one in full."""

import asyncio
import re

import pytest
from textual.pilot import Pilot

from tests.support.app.looks import Looks, RunBefore
from tests.support.app.stage import Stage, stage, text_of, until
from tui.app.screens.doctor import DoctorScreen
from tui.config.suggested import suggested_for
from tui.doctor.row import Row, Tell
from tui.errors import LOOK_AT_API, START_API, START_TENANT

ROWS = (
    Row("config", "ok", "~/auth_config.json: each key is right"),
    Row("callback-ports", "ok", "free to listen on"),
    Row("keyring", "warning",
        "no keyring answers: a session is kept in a file that you alone can read",
        "Start or unlock a keyring to have it sealed, or leave it so."),
    Row("issuer", "ok", "https://tenant.example/, to the letter"),
    Row("discovery", "ok", "has what a sign-in needs"),
    Row("pkce", "unknown", "the tenant does not say; S256 is sent always (RFC 7636)"),
    Row("algorithms", "ok", "RS256"),
    Row("callback", "wrong",
        "not registered: http://127.0.0.1:8642/callback, http://127.0.0.1:18642/callback",
        "Allow these as callback URLs of the-client, to the letter: "
        "http://127.0.0.1:8642/callback, http://127.0.0.1:18642/callback"),
    Row("api", "ok", "https://api.example answers"),
    Row("session", "unknown", "nobody is signed in", "Sign in: doorkey login."),
)  # fmt: skip


async def at_once(watch: Tell) -> list[Row]:
    for row in ROWS:
        watch(row)
    return [*ROWS]


def called(on: Stage, *pressed: str) -> RunBefore:
    """Call the doctor from Home, and press some more keys once all rows are there."""

    async def run(pilot: "Pilot[None]") -> None:
        await until(pilot, lambda: on.app.account.state != "restoring")
        await pilot.press("d")
        await until(pilot, lambda: "wrong" in text_of(on.app) and "Looking" not in text_of(on.app))
        for key in pressed:
            await pilot.press(key)
        await pilot.pause()

    return run


@pytest.mark.snapshot
async def test_the_doctor(looks: Looks) -> None:
    on = stage(examine=at_once)
    await looks(on, called(on))


@pytest.mark.snapshot
async def test_the_doctor_while_it_looks(looks: Looks) -> None:
    async def hangs(watch: Tell) -> list[Row]:
        for row in ROWS[:6]:
            watch(row)
        await asyncio.Event().wait()
        return []

    on = stage(examine=hangs)

    async def run(pilot: "Pilot[None]") -> None:
        await until(pilot, lambda: on.app.account.state != "restoring")
        await pilot.press("d")
        await until(pilot, lambda: "discovery" in text_of(on.app))

    await looks(on, run)


async def test_what_is_wrong_comes_first_with_its_remedy_whole() -> None:
    on = stage(examine=at_once)
    async with on.app.run_test(size=(80, 24)) as pilot:
        await called(on)(pilot)
        text = " ".join(text_of(on.app).replace("│", " ").split())
    assert text.index("✗ wrong callback") < text.index("▲ warning keyring") < text.index("✓ ok")
    assert "✗ 1 wrong · 1 warning · 2 unknown · 6 ok" in text
    assert "http://127.0.0.1:18642/callback" in text.rpartition("to the letter:")[2]


@pytest.mark.parametrize(
    ("remedy", "told"),
    [
        (START_API, "→ w on Home starts it, for as long as the app is open."),
        (START_TENANT, "→ w on Home starts it, for as long as the app is open."),
        (LOOK_AT_API, f"→ {LOOK_AT_API}"),
    ],
)
async def test_what_this_app_can_start_is_told_with_its_key(remedy: str, told: str) -> None:
    async def finds(watch: Tell) -> list[Row]:
        rows = [Row("api", "wrong", "nobody listens there", remedy)]
        watch(rows[0])
        return rows

    on = stage(examine=finds)
    async with on.app.run_test(size=(80, 24)) as pilot:
        await called(on)(pilot)
        lines = " ".join(line.strip(" │") for line in text_of(on.app).splitlines())
        assert suggested_for(on.service.config.path, told) in lines


async def test_at_60_columns_the_heading_is_whole() -> None:
    on = stage(examine=at_once)
    async with on.app.run_test(size=(60, 20)) as pilot:
        await called(on)(pilot)
        assert text_of(on.app).splitlines()[0].rstrip().endswith("· 6 ok")


async def test_each_row_can_be_chosen_and_escape_leads_back() -> None:
    on = stage(examine=at_once)
    async with on.app.run_test(size=(80, 24)) as pilot:
        await called(on, "j")(pilot)
        assert "leave it so." in text_of(on.app)
        await pilot.press("escape")
        await until(pilot, lambda: not isinstance(on.app.screen, DoctorScreen))
        assert on.app.current_mode == "home"


async def test_it_is_cancelled_and_run_again() -> None:
    runs: list[str] = []

    async def hangs_once(watch: Tell) -> list[Row]:
        runs.append("run")
        if len(runs) == 1:
            watch(ROWS[0])
            await asyncio.Event().wait()
        return await at_once(watch)

    on = stage(examine=hangs_once)
    async with on.app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: on.app.account.state != "restoring")
        await pilot.press("d")
        await until(pilot, lambda: "auth_config.json" in text_of(on.app))
        await pilot.press("x")
        await until(pilot, lambda: "Cancelled" in text_of(on.app))
        await pilot.press("a")
        await until(pilot, lambda: "✗ 1 wrong · " in text_of(on.app))
    assert runs == ["run", "run"]


async def test_markup_in_a_row_is_shown_as_it_is() -> None:
    async def odd(watch: Tell) -> list[Row]:
        row = Row("issuer", "wrong", "[red]calls itself[/red]", "[b]Correct[/b] it.")
        watch(row)
        return [row]

    on = stage(examine=odd)
    async with on.app.run_test(size=(80, 24)) as pilot:
        await called(on)(pilot)
        assert "[red]calls itself[/red]" in text_of(on.app)
        assert "→ [b]Correct[/b] it." in text_of(on.app)


async def test_a_remedy_that_does_not_fit_can_be_read_to_its_end() -> None:
    async def long(watch: Tell) -> list[Row]:
        row = Row("issuer", "wrong", "word " * 119 + "here", "help " * 119 + "to the end")
        watch(row)
        return [row]

    on = stage(examine=long)
    async with on.app.run_test(size=(80, 24)) as pilot:
        await called(on)(pilot)
        assert "to the end" not in text_of(on.app)
        await pilot.press("tab", "end")
        await until(pilot, lambda: "to the end" in text_of(on.app))


async def test_rows_that_came_in_any_order_end_in_that_of_the_rules() -> None:
    async def backwards(watch: Tell) -> list[Row]:
        for row in reversed(ROWS):
            watch(row)
        return [*ROWS]

    on = stage(examine=backwards)
    async with on.app.run_test(size=(80, 24)) as pilot:
        await called(on)(pilot)
        ends = re.compile("callback .*keyring .*pkce .*session .*callback-ports .*RS256", re.DOTALL)
        await until(pilot, lambda: ends.search(text_of(on.app)))


async def test_two_warnings_are_counted_as_two() -> None:
    async def examine(_watch: Tell) -> list[Row]:
        return [Row(rule, "warning", "may be wrong") for rule in ("keyring", "clock")]

    on = stage(examine=examine)
    async with on.app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: on.app.account.state != "restoring")
        await pilot.press("d")
        await until(pilot, lambda: "Nothing is wrong   2 warnings" in text_of(on.app))
