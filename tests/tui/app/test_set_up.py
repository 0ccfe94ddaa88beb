"""Without any config, the app asks for a tenant, and ends in a first sign-in."""

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from textual.widgets import Input

from tests.support.app.setting_up import SetUp, fill
from tests.support.app.stage import text_of, until
from tests.support.builders.configs import UNREACHABLE
from tests.support.builders.sessions import session
from tests.support.silence import nobody_listens
from tui.auth.store.file_store import session_store
from tui.config.load import load_config
from tui.config.paths import built_in_config, profile_path, user_config_dir
from tui.config.write import write_config

SIZE = (80, 30)


@pytest.fixture(autouse=True)
def empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "own"))


async def test_the_local_tenant_is_opened_with_its_servers_and_a_sign_in() -> None:
    on = SetUp()
    async with on.app.run_test(size=SIZE) as pilot:
        await pilot.press("enter")
        await until(pilot, lambda: on.app.following)
    assert on.app.following is not None
    assert on.app.following.config.domain == "localhost:3002"
    assert (on.app.following.with_servers, on.app.following.signs_in) == (True, True)


@pytest.mark.parametrize(("last", "opened"), [("local", "localhost:3002"), ("work", "127.0.0.1:9")])
async def test_it_offers_first_to_go_on_where_somebody_signed_in_last(
    last: str, opened: str
) -> None:
    kept = session()
    file = {"sessionStorage": "file"}
    work = write_config(profile_path("work"), UNREACHABLE | file | {"domain": "127.0.0.1:9"})
    for name, config in (("local", load_config(built_in_config())), ("work", work)):
        later = timedelta(minutes=name == last)
        session_store(config).save(replace(kept, signed_in_at=kept.signed_in_at + later))
    on = SetUp()
    async with on.app.run_test(size=(80, 24)) as pilot:
        label = "the local tenant" if last == "local" else "work"
        await until(pilot, on.shows(f"Go on with {label}", "alice@example.com signed in there."))
        assert on.shows("Try the local tenant")() == (last == "work")
        await pilot.press("enter")
        await until(pilot, on.is_over)
    assert on.app.following is not None
    assert on.app.following.config.domain == opened
    assert on.app.following.with_servers == (last == "local")


async def test_what_was_typed_is_there_again_until_it_is_written() -> None:
    on = SetUp()
    async with on.app.run_test(size=SIZE) as pilot:
        await fill(on, pilot, profile="first")
        await pilot.press("escape")
        await until(pilot, on.shows("Try the local tenant"))
        await pilot.press("o")
        await until(pilot, on.shows("tenant.example", "my-client", "my-api", "first"))
        await pilot.press("f3")
        await until(pilot, on.shows("Written:"))
        await pilot.press("escape")
        await until(pilot, on.shows("Connect your own tenant"))
        await pilot.press("escape")
        await until(pilot, on.shows("Try the local tenant"))
        await pilot.press("o")
        await until(pilot, on.shows("Connect your own tenant"))
        assert not on.shows("my-client")()


@pytest.mark.parametrize(
    ("issuer", "words", "why"),
    [
        ("your.eu.auth0.com", "In the words of Auth0", "was not looked up"),
        ("localhost:3002", "What any OpenID Provider needs", "was not looked up"),
        ("http://tenant.example", "What any OpenID Provider needs", "The issuer must be"),
    ],
)
async def test_how_to_get_a_client_is_said_of_a_tenant_that_does_not_answer(
    issuer: str, words: str, why: str
) -> None:
    on = SetUp(httpx.MockTransport(nobody_listens))
    async with on.app.run_test(size=SIZE) as pilot:
        await fill(on, pilot, issuer=issuer, client="")
        await pilot.press("f4")
        await until(pilot, on.shows(words, why, "client CLIENT-ID" if "any" in words else "Native"))


async def test_it_says_what_the_app_is_and_what_the_choice_means_and_how_to_leave() -> None:
    on = SetUp()
    async with on.app.run_test(size=(80, 24)) as pilot:
        await until(pilot, on.shows("Doorkey signs you in from the terminal"))
        assert on.shows("An OpenID Provider and an API, here on this machine", "esc Quit")()
        await pilot.press("down", "enter")
        await until(pilot, on.shows("Connect your own tenant", "esc Back"))


async def test_a_form_with_nothing_in_it_says_what_is_needed_and_no_hint_is_cut() -> None:
    on = SetUp()
    async with on.app.run_test(size=(40, 24)) as pilot:
        await pilot.press("o", "f3")
        await until(pilot, on.shows("Needed: the tenant's host or its", "Needed: the identifier"))
        await until(pilot, on.shows("empty: localhost:3001", "empty: auth_config.json"))
        await pilot.resize_terminal(80, 24)
        await until(pilot, on.shows("empty: http://localhost:3001", "of a native (public)"))


async def test_escape_leads_back_to_the_choice_and_then_out() -> None:
    on = SetUp()
    async with on.app.run_test(size=SIZE) as pilot:
        await fill(on, pilot)
        await pilot.press("escape")
        await until(pilot, on.shows("Try the local tenant"))
        await pilot.press("escape")
    assert on.app.following is None
    assert not user_config_dir().exists()


async def test_the_browser_waits_until_the_client_is_registered() -> None:
    on = SetUp()
    async with on.app.run_test(size=SIZE) as pilot:
        await fill(on, pilot)
        await until(pilot, on.shows("✓ OpenID Provider at https://tenant.example/"))
        await pilot.press("f3")
        await until(pilot, on.shows("1.  A native (public) client my-client", "To copy"))
        assert not on.is_over()
        await pilot.press("b", "d")
        await until(pilot, lambda: len(on.copied) == 2)
        await pilot.press("s")
        await until(pilot, on.is_over)
    assert on.copied == ["http://127.0.0.1:18642/callback", "my-api"]
    config = load_config(user_config_dir() / "auth_config.json")
    assert on.app.following is not None
    assert (on.app.following.config, on.app.following.signs_in) == (config, True)
    assert (config.issuer, config.client_id) == ("https://tenant.example/", "my-client")


async def test_what_is_wrong_is_told_below_its_field_and_nothing_is_written() -> None:
    on = SetUp()
    async with on.app.run_test(size=SIZE) as pilot:
        await fill(on, pilot, client="", api="http://api.example", profile="../x")
        await pilot.press("f3")
        await until(pilot, on.shows("✗ Needed: the client ID of a native"))
        shown = text_of(on.app)
        assert "✗ It must be an https:// origin" in shown
        assert '✗ "../x" cannot be the name of a profile' in shown
        assert on.app.screen.query_one("#client Input").has_focus
        await pilot.press("c")
        assert "Needed" not in text_of(on.app)
    assert not user_config_dir().exists()


@pytest.mark.parametrize("meant", [True, False])
async def test_a_profile_that_is_there_makes_room_after_a_question_alone(meant: bool) -> None:
    write_config(profile_path("work"), {"domain": "a.example", "clientId": "c", "audience": "a"})
    on = SetUp()
    async with on.app.run_test(size=SIZE) as pilot:
        await fill(on, pilot, profile="work")
        await pilot.press("f3")
        await until(pilot, on.shows("There is a config already", "work.json"))
        assert load_config(profile_path("work")).domain == "a.example"
        await pilot.press("y" if meant else "escape")
        await until(pilot, on.shows("Written:" if meant else "Connect your own"))
        if not meant:
            await until(pilot, lambda: on.app.screen.query_one("#profile Input").has_focus)
    domain = "https://tenant.example/" if meant else "a.example"
    assert load_config(profile_path("work")).domain == domain


async def test_a_tenant_whose_looks_do_not_tell_is_of_the_vendor_that_is_typed() -> None:
    on = SetUp()
    async with on.app.run_test(size=SIZE) as pilot:
        await fill(on, pilot, vendor="no-such")
        await until(pilot, on.shows("✓ OpenID Provider", "Vendor"))
        await pilot.press("f3")
        await until(pilot, on.shows("✗ It must be one of auth0, okta"))
        on.app.screen.query_one("#vendor Input", Input).value = "duende"
        await pilot.press("f3")
        await until(pilot, on.shows("In the words of Duende", '"my-client", RequireClientSecret'))
    assert load_config(user_config_dir() / "auth_config.json").audience_parameter == "none"


async def test_who_has_no_client_yet_is_told_how_to_get_one() -> None:
    on = SetUp()
    async with on.app.run_test(size=SIZE) as pilot:
        await fill(on, pilot, issuer="", client="")
        await pilot.press("f4")
        await until(pilot, on.shows("What any OpenID Provider needs", "client CLIENT-ID"))
        await pilot.press("escape")
        on.app.screen.query_one("#issuer Input", Input).value = "tenant.example"
        await pilot.press("f4")
        await until(pilot, on.shows("What to register at the tenant", "public) client CLIENT-ID"))
        assert not on.shows("sign in")()
        assert "a Callback URL  b Spare callback" in text_of(on.app).splitlines()[-1]
        await pilot.press("s", "c", "b")
        await until(pilot, lambda: on.copied == ["http://127.0.0.1:18642/callback"])
        await pilot.press("escape")
        await until(pilot, on.shows("Connect your own", "tenant.example"))
    assert not user_config_dir().exists()


async def test_a_vendor_that_demands_a_secret_has_the_form_ask_for_one() -> None:
    on = SetUp(httpx.MockTransport(nobody_listens))
    async with on.app.run_test(size=SIZE) as pilot:
        await fill(on, pilot)
        await until(pilot, on.shows("cannot be reached", "Vendor"))
        assert "Client secret" not in text_of(on.app)
        on.app.screen.query_one("#vendor Input", Input).value = "google"
        await pilot.press("f3")
        await until(pilot, on.shows("The tenant cannot be looked up"))
        await pilot.press("y")
        await until(pilot, lambda: on.app.screen.query_one("#secret Input").has_focus)
        await until(pilot, on.shows("this tenant may demand one"))


async def test_back_from_what_to_register_the_form_can_be_changed_and_written_again() -> None:
    on = SetUp()
    async with on.app.run_test(size=SIZE) as pilot:
        await fill(on, pilot, profile="first")
        await pilot.press("f3")
        await until(pilot, on.shows("Written:"))
        await pilot.press("escape")
        await until(pilot, on.shows("Connect your own"))
        on.app.screen.query_one("#client Input", Input).value = "other"
        on.app.screen.query_one("#profile Input", Input).value = "second"
        await pilot.press("f3")
        await until(pilot, on.shows("Written: ~/own/doorkey/profiles/second.json"))
    assert not profile_path("first").exists()
    assert load_config(profile_path("second")).client_id == "other"


@pytest.mark.parametrize("meant", [True, False])
async def test_a_tenant_that_does_not_answer_is_written_after_a_question_alone(
    meant: bool,
) -> None:
    on = SetUp(httpx.MockTransport(nobody_listens))
    async with on.app.run_test(size=SIZE) as pilot:
        await fill(on, pilot, issuer="your.eu.auth0.com")
        await pilot.press("f3")
        await until(pilot, on.shows("The tenant cannot be looked up"))
        assert not user_config_dir().exists()
        await pilot.press("y" if meant else "escape")
        await until(pilot, on.shows("In the words of Auth0" if meant else "Connect your own"))
        if not meant:
            await until(pilot, lambda: on.app.screen.query_one("#issuer Input").has_focus)
    path = user_config_dir() / "auth_config.json"
    assert path.exists() == meant
    if meant:
        assert load_config(path).issuer == "https://your.eu.auth0.com/"


async def test_a_client_secret_is_asked_for_where_it_may_be_demanded_and_kept_in_the_keyring() -> (
    None
):
    on = SetUp()
    on.tenant.metadata["token_endpoint_auth_methods_supported"] = ["client_secret_basic"]
    async with on.app.run_test(size=SIZE) as pilot:
        await fill(on, pilot)
        await until(pilot, on.shows("Client secret"))
        on.app.screen.query_one("#secret Input", Input).value = "s3cret"
        await pilot.pause()
        assert "s3cret" not in text_of(on.app)
        await pilot.press("f3")
        await until(pilot, on.shows("Written:"))
    written = json.loads((user_config_dir() / "auth_config.json").read_text())
    assert written["clientSecret"] == "keyring"
    assert list(on.keys.kept.values()) == ["s3cret"]


async def test_a_form_that_is_written_before_a_secret_could_be_asked_for_asks_for_it() -> None:
    on = SetUp()
    on.tenant.metadata["token_endpoint_auth_methods_supported"] = ["client_secret_basic"]
    async with on.app.run_test(size=SIZE) as pilot:
        await fill(on, pilot)
        await pilot.press("f3")
        await until(pilot, lambda: on.app.screen.query_one("#secret Input").has_focus)
        on.keys.locked = True
        await pilot.press("x", "f3")
        await until(pilot, on.shows("the client secret was not kept", "Written:"))


async def test_each_screen_explains_itself() -> None:
    on = SetUp()
    async with on.app.run_test(size=(80, 50)) as pilot:
        for keys, words in (("", "Which tenant?"), ("o", "Connect a tenant of your own")):
            await pilot.press(*keys, "f1")
            await until(pilot, on.shows(words, "Keys here"))
            await pilot.press("escape")
            await pilot.pause()
