"""What the first paint waits for, what is made ready after it, and what coming back costs."""

import asyncio
import gc
import subprocess
import sys
from collections import Counter

import pytest
from textual._compositor import Compositor
from textual.color import Color
from textual.css.stylesheet import Stylesheet
from textual.dom import DOMNode
from textual.widget import Widget
from textual.widgets import Static

from tests.support.app.stage import Stage, stage, text_of, until
from tui.app.app import DoorkeyApp
from tui.app.doors import Doors
from tui.app.screens.home import GREETING
from tui.app.screens.place import PlaceScreen
from tui.app.themes import LIGHT, LIGHT_NAME
from tui.auth.service import AuthService
from tui.config.load import Config

HEAVY = (
    "httpx", "jwt", "cryptography", "starlette", "granian", "keyring", "h11", "argparse", "hashlib",
)  # fmt: skip

LATER = (
    "tui.auth.service",
    "tui.app.editor",
    "tui.app.widgets.home_board",
    "tui.app.widgets.status_row",
    "tui.app.screens.profile",
    "tui.servers.checks",
    "tui.app.keys.keymap",
    "tui.terminal.clipboard",
)


def test_nothing_is_imported_that_the_first_paint_can_do_without() -> None:
    code = (
        "import sys, tui.cli, tui.app.launch, tui.app.app, tui.app.screens.home;"
        f"print([name for name in {(*HEAVY, *LATER)} if name in sys.modules])"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"


async def test_the_greeting_is_there_before_the_service_is() -> None:
    greeted_first: list[bool] = []
    on = stage()

    def make_service(config: Config) -> AuthService:
        greeted_first.append(GREETING in text_of(app))
        return on.service

    app = DoorkeyApp(Doors(on.service.config, make_service))
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: greeted_first)
    assert greeted_first == [True]


async def test_garbage_is_collected_again_once_the_app_stands() -> None:
    on = stage()
    gc.disable()
    try:
        async with on.app.run_test(size=(80, 24)) as pilot:
            await until(pilot, lambda: on.app.painted)
            assert gc.isenabled()
    finally:
        gc.enable()
        gc.unfreeze()  # the app is to go, and the rest to stay as tests/conftest.py has it
        gc.collect()
        gc.freeze()


@pytest.mark.parametrize("name", ["sign_in", "profile", "external_api/screen"])
async def test_what_other_places_look_like_is_read_ahead(name: str) -> None:
    on = stage()
    async with on.app.run_test(size=(80, 24)) as pilot:
        sources = on.app.stylesheet.source
        await until(pilot, lambda: any(path.endswith(f"{name}.tcss") for path, _ in sources))


SIGNED_IN = """
import asyncio, functools, sys
from tests.support.builders.configs import CONFIG
from tests.support.builders.sessions import session
from tui.app.app import DoorkeyApp
from tui.app.background import LOADED_AHEAD, SIGN_IN
from tui.app.doors import Doors
from tui.auth.service import AuthService
from tui.auth.store.store import MemoryStore
from datetime import UTC, datetime

async def look(config):
    return ()

async def main():
    kept = MemoryStore(session(obtained_at=datetime.now(UTC)))
    rest = functools.partial(asyncio.sleep, 0)
    service = AuthService(CONFIG, store=kept)
    app = DoorkeyApp(Doors(CONFIG, lambda _: service, look_around=look, rest=rest))
    async with app.run_test() as pilot:
        async with asyncio.timeout(30):
            while not app.account.signed_in or any(each.group == "load" for each in app.workers):
                await pilot.pause()
    assert set(LOADED_AHEAD) <= set(sys.modules)
    print(set(SIGN_IN) & set(sys.modules))

asyncio.run(main())
"""


def test_what_a_sign_in_needs_is_not_loaded_for_who_is_signed_in() -> None:
    run = subprocess.run(
        [sys.executable, "-c", SIGNED_IN], capture_output=True, text=True, check=False
    )
    assert run.stdout.strip() == "set()", run.stderr


PLACES_KNOWN_BY = {
    "2": "What your ID token says",
    "3": "Nothing called yet",
    "1": "The state of things",
}


@pytest.fixture
def work(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """How often Textual has styled a widget, laid a screen out, and painted."""
    done = Counter[str]()
    apply, reflow, paint = Stylesheet.apply, Compositor.reflow, Compositor.render_update

    def count_apply(self: Stylesheet, node: DOMNode, *given: object, **further: object) -> None:
        done["styled"] += 1
        done[f"styled: {type(node).__name__}"] += 1
        apply(self, node, *given, **further)  # type: ignore[arg-type] # as it was called

    def count_reflow(self: Compositor, *given: object) -> object:
        done["laid out"] += 1
        return reflow(self, *given)  # type: ignore[arg-type] # as it was called

    def count_paint(self: Compositor, *given: object, **further: object) -> object:
        update = paint(self, *given, **further)  # type: ignore[arg-type] # as it was called
        done["painted"] += update is not None
        return update

    monkeypatch.setattr(Stylesheet, "apply", count_apply)
    monkeypatch.setattr(Compositor, "reflow", count_reflow)
    monkeypatch.setattr(Compositor, "render_update", count_paint)
    return done


async def test_home_knows_its_size_before_it_is_styled(work: Counter[str]) -> None:
    """Each widget is styled as it is mounted, and as the screen comes; not for the size, too."""
    seen: list[Counter[str]] = []
    on = stage()

    def make_service(_config: Config) -> AuthService:
        seen.append(work.copy())
        return on.service

    app = DoorkeyApp(Doors(on.service.config, make_service))
    async with app.run_test(size=(120, 36)) as pilot:
        await until(pilot, lambda: seen)
    assert [seen[0][f"styled: {each}"] for each in ("TitleBar", "NavBar", "KeyLine")] == [2, 2, 2]


async def test_coming_back_to_a_place_costs_one_layout_and_one_painting(
    work: Counter[str],
) -> None:
    on = stage(signed_in=True)
    async with on.app.run_test(size=(120, 36)) as pilot:
        await until(pilot, lambda: on.app.account.signed_in)
        for key, words in (*PLACES_KNOWN_BY.items(),) * 2:
            await pilot.press(key)
            await until(pilot, lambda words=words: words in text_of(on.app))  # type: ignore[misc]
        for key in PLACES_KNOWN_BY:
            work.clear()
            await pilot.press(key)
            await until(pilot, lambda: work["painted"])
            assert work == {"laid out": 1, "painted": 1}, key


class Rests:
    """Moments of rest that come at once; counts them."""

    ALL = 6
    """One before each of three steps, for two places."""

    def __init__(self) -> None:
        self.taken = 0

    async def __call__(self) -> None:
        self.taken += 1
        await asyncio.sleep(0)

    def are_over(self, on: Stage) -> bool:
        return self.taken >= self.ALL and not any(each.group == "load" for each in on.app.workers)


async def test_in_moments_of_rest_places_are_put_together_so_that_the_first_visit_is_a_painting(
    work: Counter[str],
) -> None:
    rests = Rests()
    on = stage(signed_in=True, rest=rests)
    async with on.app.run_test(size=(120, 36)) as pilot:
        await until(pilot, lambda: on.app.account.signed_in and rests.are_over(on))
        assert "Hello, Alice Archer" in text_of(on.app)
        work.clear()
        await pilot.press("3")
        await until(pilot, lambda: "Nothing called yet" in text_of(on.app))
        assert work["styled"] == 0
        assert work["painted"] == 1


async def test_a_place_that_was_put_together_for_nobody_is_there_for_who_signs_in() -> None:
    rests = Rests()
    on = stage(rest=rests)
    async with on.app.run_test(size=(120, 36)) as pilot:
        await until(pilot, lambda: on.app.account.state == "signed-out" and rests.are_over(on))
        await pilot.press("2")
        await until(pilot, lambda: "What your ID token says" in text_of(on.app))
        assert "alice@example.com" in text_of(on.app)
        rests.taken = 0
        await pilot.press("o", "y")
        await until(pilot, lambda: on.app.account.state == "signed-out" and rests.are_over(on))
        known = [str(each.content) for each in widgets_of(on) if isinstance(each, Static)]
        assert "alice@example.com" not in " ".join(known)


@pytest.mark.parametrize("step", [1, 4])
async def test_the_app_can_end_while_a_place_is_put_together(step: int) -> None:
    class Ending(Rests):
        async def __call__(self) -> None:
            await super().__call__()
            if self.taken == step:
                on.app.exit()

    rests = Ending()
    on = stage(signed_in=True, rest=rests)
    async with on.app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: rests.taken >= step)
    assert on.app.return_code == 0


async def test_no_place_is_put_together_once_the_app_closes_those_that_stand() -> None:
    resting: list[bool] = []

    async def until_it_ends() -> None:
        resting.append(True)
        for _ in iter(lambda: on.app.is_running, False):
            await asyncio.sleep(0)

    on = stage(signed_in=True, rest=until_it_ends)
    async with on.app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: resting)


def widgets_of(on: Stage) -> list[Widget]:
    """Return the widgets of all screens, shown or not."""
    screens = [each for each in gc.get_objects() if isinstance(each, PlaceScreen)]
    alive = [each for each in screens if each.is_attached and each.app is on.app]
    assert {each.PLACE for each in alive} == {"home", "profile", "external-api"}
    return [widget for each in alive for widget in each.query(Widget)]


async def test_a_place_that_one_comes_back_to_wears_the_colours_and_the_size_of_now() -> None:
    on = stage(signed_in=True)
    async with on.app.run_test(size=(120, 36)) as pilot:
        await until(pilot, lambda: on.app.account.signed_in)
        await pilot.press("2", "1")
        await until(pilot, lambda: on.app.current_mode == "home")
        on.app.theme = LIGHT_NAME
        await pilot.resize_terminal(60, 20)
        await pilot.press("2")
        await until(pilot, lambda: on.app.screen.has_class("-narrow"))
        assert on.app.screen.styles.background == Color.parse(LIGHT.background or "")
