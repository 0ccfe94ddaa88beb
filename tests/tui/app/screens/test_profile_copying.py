"""What leaves Profile: what is copied, and what is shown of a token itself."""

import pytest
from textual.content import Content
from textual.widgets import Static

from tests.support.app.at_profile import SIZE, at_profile
from tests.support.app.stage import (
    ACCESS_CLAIMS,
    ALICE,
    jwt_of,
    stage,
    text_of,
    until,
)
from tests.support.builders.configs import CONFIG
from tui.api.request import ApiRequest
from tui.app.copying import copy_curl
from tui.terminal.clipboard import LET_THROUGH, Taken


async def test_tokens_are_shown_only_when_asked_for_and_hidden_on_leaving() -> None:
    on = stage(signed_in=True)
    async with on.app.run_test(size=SIZE) as pilot:
        await at_profile(pilot, on, "t")
        signature = ".c2ln"
        assert signature not in text_of(on.app)
        await pilot.press("v")
        await until(pilot, lambda: signature in text_of(on.app))
        await pilot.press("1", "2")
        await until(pilot, lambda: on.app.current_mode == "profile")
        assert signature not in text_of(on.app)


async def test_esc_hides_the_token() -> None:
    on = stage(signed_in=True)
    async with on.app.run_test(size=SIZE) as pilot:
        await at_profile(pilot, on, "t", "v")
        await until(pilot, lambda: ".c2ln" in text_of(on.app))
        assert "esc Hide" in text_of(on.app)
        await pilot.press("escape")
        await until(pilot, lambda: ".c2ln" not in text_of(on.app))


async def test_a_curl_line_with_the_sessions_token_is_not_offered_beside_another_token() -> None:
    on = stage(signed_in=True)
    async with on.app.run_test(size=SIZE) as pilot:
        await at_profile(pilot, on)
        assert "  u curl  " in text_of(on.app)
        await pilot.press("h", "escape", "u")
        await until(pilot, lambda: "Paste any JWT" in text_of(on.app))
        assert "  u curl  " not in text_of(on.app)
        assert not on.copied


async def test_what_was_copied_last_is_told_alone() -> None:
    on = stage(signed_in=True)
    async with on.app.run_test(size=SIZE, notifications=True) as pilot:
        await at_profile(pilot, on, "y")
        await until(pilot, lambda: "Sent name to" in text_of(on.app))
        await pilot.press("j", "y")
        await until(pilot, lambda: "Sent email to" in text_of(on.app))
        assert "Sent name to" not in text_of(on.app)


async def test_copying_a_token_says_which_without_showing_it() -> None:
    on = stage(signed_in=True)
    async with on.app.run_test(size=SIZE, notifications=True) as pilot:
        await at_profile(pilot, on, "c")
        await until(pilot, lambda: on.app.clipboard == jwt_of(ALICE))
        await until(pilot, lambda: "Sent the ID token to" in text_of(on.app))
        await pilot.press("t", "c")
        await until(pilot, lambda: on.app.clipboard == jwt_of(ACCESS_CLAIMS))
        assert ".c2ln" not in text_of(on.app)


async def test_the_curl_line_holds_no_token() -> None:
    on = stage(signed_in=True)
    async with on.app.run_test(size=SIZE) as pilot:
        await at_profile(pilot, on, "u")
        await until(pilot, lambda: on.app.clipboard)
        assert on.app.clipboard == (
            "doorkey token --config /home/pat/auth_config.json --format header"
            " | curl -sS -H @- https://api.example/api/external"
        )


@pytest.mark.parametrize(
    ("key", "what", "instead"),
    [
        ("c", "the ID token", "Press v to see it."),
        (
            "u",
            "the curl line",
            "`doorkey --config /home/pat/auth_config.json call GET /api/external` makes the call",
        ),
        ("y", "name", "It stands below the table"),
    ],
)
async def test_where_only_the_terminal_was_asked_there_is_another_way(
    key: str, what: str, instead: str
) -> None:
    words = f"Sent {what} to the terminal's clipboard. Nothing pasted? {instead}"
    on = stage(signed_in=True)
    async with on.app.run_test(size=SIZE, notifications=True) as pilot:
        await at_profile(pilot, on, key)
        await until(pilot, lambda: all(word in text_of(on.app) for word in words.split()))


@pytest.mark.parametrize(
    "request_",
    [
        ApiRequest(path="/reset?code=s3cret"),
        ApiRequest(headers=(("X-Api-Key", "s3cret"),)),
        ApiRequest("POST", body=b"s3cret"),
    ],
)
async def test_the_notice_of_a_copied_call_repeats_nothing_that_may_be_a_secret(
    request_: ApiRequest,
) -> None:
    async def copy(_text: str) -> Taken:
        return "perhaps"

    on = stage(signed_in=True)
    async with on.app.run_test(size=SIZE, notifications=True) as pilot:
        await copy_curl(on.app, CONFIG, request_, copy)
        await until(pilot, lambda: "call --help` tells how" in " ".join(text_of(on.app).split()))
        assert "s3cret" not in text_of(on.app)


async def test_the_systems_clipboard_comes_before_the_terminals() -> None:
    on = stage(signed_in=True, taken="yes")
    async with on.app.run_test(size=SIZE, notifications=True) as pilot:
        await at_profile(pilot, on, "c")
        await until(pilot, lambda: on.copied == [jwt_of(ALICE)])
        await until(pilot, lambda: "Copied the ID token." in text_of(on.app))
        assert on.app.clipboard == ""


async def test_where_tmux_keeps_a_copy_nothing_is_said_to_be_copied() -> None:
    on = stage(signed_in=True, taken="no")
    async with on.app.run_test(size=SIZE, notifications=True) as pilot:
        await at_profile(pilot, on, "c")
        words = f"Not copied: tmux does not pass the ID token on. {LET_THROUGH} Press v to see it."
        await until(pilot, lambda: all(word in text_of(on.app) for word in words.split()))
        assert "Copied" not in text_of(on.app)


async def test_nothing_can_be_copied_or_revealed_on_the_session_tab() -> None:
    on = stage(signed_in=True)
    async with on.app.run_test(size=SIZE) as pilot:
        await at_profile(pilot, on, "t", "t", "v", "c")
        assert on.app.clipboard == ""
        assert ".c2ln" not in text_of(on.app)


async def test_one_claim_is_copied_by_a_key() -> None:
    on = stage(signed_in=True)
    async with on.app.run_test(size=SIZE) as pilot:
        await at_profile(pilot, on, "j", "y")
        await until(pilot, lambda: on.app.clipboard == "alice@example.com")


async def test_the_parts_of_a_revealed_token_differ_in_colour() -> None:
    on = stage(signed_in=True)
    async with on.app.run_test(size=SIZE) as pilot:
        await at_profile(pilot, on, "v")
        header, claims, signature = jwt_of(ALICE).split(".")
        await until(pilot, lambda: signature in text_of(on.app))
        drawn = on.app.screen.query_one("RevealedToken Static", Static).visual
        assert isinstance(drawn, Content)
        looks = {str(span.style) for span in drawn.spans if span.end - span.start > 1}
        assert drawn.plain == f"{header}.{claims}.{signature}"
        assert len(looks) == 3
