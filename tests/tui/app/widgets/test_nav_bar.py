"""The way around, by the mouse and in words."""

from functools import partial
from pathlib import Path

from tests.support.app.stage import Stage, point_at, stage, text_of, until
from tui.app.widgets.nav_bar import NavBar

SIZE = (80, 24)


def items(on: Stage) -> tuple[str, ...]:
    return on.app.screen.query_one(NavBar).items


def is_at(on: Stage, place: str) -> bool:
    return on.app.current_mode == place


async def test_clicks_on_the_nav_lead_to_each_place() -> None:
    on = stage(signed_in=True)
    async with on.app.run_test(size=SIZE) as pilot:
        await until(pilot, lambda: on.app.account.signed_in)
        for place, label in (
            ("profile", "2 Profile"), ("external-api", "3 External API"), ("home", "1 Home"),
        ):  # fmt: skip
            await point_at(pilot, label, click=True)
            await until(pilot, partial(is_at, on, place))


async def test_every_item_has_room_at_40_columns() -> None:
    on = stage(signed_in=True)
    async with on.app.run_test(size=(40, 12)) as pilot:
        await until(pilot, lambda: "o Log out" in text_of(on.app))
        assert "1 Home  2 Profile  3 API" in text_of(on.app)


async def test_clicks_on_the_nav_sign_in_and_log_out() -> None:
    on = stage()
    async with on.app.run_test(size=SIZE) as pilot:
        await until(pilot, lambda: on.app.account.state == "signed-out")
        await point_at(pilot, "l Login", click=True)
        await until(pilot, lambda: on.app.account.signed_in)
        await point_at(pilot, "o Log out", click=True)
        await until(pilot, lambda: "Log out?" in text_of(on.app))
        assert on.app.account.signed_in, "one click must not end a session"
        await pilot.click("#agree")
        await until(pilot, lambda: not on.app.account.signed_in)


async def test_the_nav_offers_what_the_session_allows() -> None:
    on = stage()
    async with on.app.run_test(size=SIZE) as pilot:
        await until(pilot, lambda: on.app.account.state == "signed-out")
        assert items(on) == ("home", "login")
        assert "Log out" not in text_of(on.app)
        await pilot.press("l")
        await until(pilot, lambda: on.app.account.signed_in)
        assert items(on) == ("home", "profile", "external-api", "log-out")
        assert "Login" not in text_of(on.app)


async def test_the_rule_says_where_one_is() -> None:
    on = stage(signed_in=True)
    async with on.app.run_test(size=SIZE) as pilot:
        await until(pilot, lambda: on.app.account.signed_in)
        await pilot.press("2")
        await until(pilot, lambda: on.app.current_mode == "profile")
        _, names, rule, *_ = text_of(on.app).splitlines()
        assert names[rule.index("━") : rule.rindex("━") + 1].strip() == "2 Profile"


async def test_what_the_mouse_points_at_lights_up_until_it_leaves() -> None:
    on = stage(signed_in=True)
    async with on.app.run_test(size=SIZE) as pilot:
        await until(pilot, lambda: on.app.account.signed_in)
        nav = on.app.screen.query_one(NavBar)
        await point_at(pilot, "2 Profile")
        assert nav.lit == "ask('profile')"
        assert nav.styles.pointer == "pointer"
        await pilot.hover("#greeting")
        assert nav.lit == ""


async def test_nav_and_home_name_the_keys_of_the_keymap(tmp_path: Path) -> None:
    keymap = tmp_path / "keymap.json"
    keymap.write_text('{"login": "f7", "profile": "f8"}')
    on = stage(keymap=keymap)
    async with on.app.run_test(size=SIZE) as pilot:
        await until(pilot, lambda: on.app.account.state == "signed-out")
        await until(pilot, lambda: "F7 Login" in text_of(on.app))
        assert " F7   Sign in" in text_of(on.app)
        assert " F8   See your profile" in text_of(on.app)
