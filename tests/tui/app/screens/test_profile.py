"""What Profile says of the person and the tokens."""

from dataclasses import replace
from datetime import timedelta, timezone

import pytest
from textual import events
from textual.widgets import Input, Static

from tests.support.app.at_profile import SIZE, at_profile
from tests.support.app.stage import (
    ALICE,
    Stage,
    jwt_of,
    session_of,
    stage,
    text_of,
    until,
)
from tests.support.builders.sessions import expired, session
from tests.support.builders.tokens import encoded
from tests.support.clocks import START
from tests.support.tenants.bound import KEY, bound
from tui.app.widgets.claims_table import ClaimsPanel, ClaimsTable
from tui.auth.session import Session
from tui.auth.store.store import MemoryStore
from tui.json_value import Claims


def holding(held: Session) -> Stage:
    return stage(store=MemoryStore(held))


async def test_the_access_token_is_read_and_said_to_be_unchecked() -> None:
    on = stage(signed_in=True)
    async with on.app.run_test(size=SIZE) as pilot:
        await at_profile(pilot, on, "t")
        shown = text_of(on.app)
        assert "1:00:00 left of 1 h" in shown
        assert "for the API to check" in shown
        assert "key 2026-03" in shown
        assert "https://api.example, https://tenant.example/userinfo" in shown


async def test_an_opaque_access_token_is_said_to_be_opaque() -> None:
    on = holding(session_of(ALICE, access_token="opaque"))
    async with on.app.run_test(size=SIZE) as pilot:
        await at_profile(pilot, on, "t")
        assert "This access token is opaque" in text_of(on.app)


async def test_scope_that_the_tenant_left_out_is_not_said_to_be_granted() -> None:
    held = session_of(ALICE, access_token=jwt_of({"aud": "https://api.example"}))
    on = holding(replace(held, token_set=replace(held.token_set, scope="")))
    async with on.app.run_test(size=SIZE) as pilot:
        await at_profile(pilot, on, "t")
        (line,) = (line for line in text_of(on.app).splitlines() if "Scopes" in line)
        assert "not said" in line


async def test_the_session_tells_of_its_renewals_and_the_clock() -> None:
    held = replace(session_of(ALICE), renewed_at=(START, START), clock_skew_seconds=90.0)
    on = holding(held)
    async with on.app.run_test(size=SIZE) as pilot:
        await at_profile(pilot, on, "t", "t")
        shown = text_of(on.app)
        assert "2 so far: 09:26, 09:26" in shown
        assert "▲ your clock is 1 min ahead of the tenant's" in shown
        assert "at about 10:25" in shown


async def test_a_session_that_is_bound_to_a_key_says_to_which_and_home_says_so_in_a_word() -> None:
    on = holding(bound(session_of(ALICE)))
    async with on.app.run_test(size=SIZE) as pilot:
        await until(pilot, lambda: "✓ bound     Session  to a key; kept" in text_of(on.app))
        await at_profile(pilot, on, "t", "t")
        assert f"to the DPoP key {KEY.thumbprint}" in text_of(on.app)
        assert KEY.d not in text_of(on.app)


async def test_a_session_that_cannot_be_renewed_says_what_to_do() -> None:
    tokens = replace(session().token_set, refresh_token=None)
    on = holding(replace(session_of(ALICE), token_set=tokens))
    async with on.app.run_test(size=SIZE) as pilot:
        await at_profile(pilot, on, "t", "t")
        assert "offline_access" in text_of(on.app)


async def test_claims_move_by_vim_keys() -> None:
    on = stage(signed_in=True)
    async with on.app.run_test(size=SIZE) as pilot:
        await at_profile(pilot, on, "j", "j", "k")
        assert on.app.screen.query(ClaimsTable).first().cursor == 1


NESTED: Claims = {**ALICE, "address": {"country": "NL", "lines": ["Main Street 1", "2nd floor"]}}


async def test_a_claim_with_parts_unfolds_and_folds() -> None:
    on = holding(session_of(NESTED))
    async with on.app.run_test(size=SIZE) as pilot:
        await at_profile(pilot, on, "G")
        await until(pilot, lambda: "▸ address" in text_of(on.app))
        await pilot.press("enter", "j")
        await until(pilot, lambda: "▾ address" in text_of(on.app))
        assert "address.country" in text_of(on.app)
        await pilot.press("k", "enter")
        await until(pilot, lambda: "▸ address" in text_of(on.app))


@pytest.mark.parametrize("around", ["{}", "'{}'\n", "Authorization: DPoP {}"])
async def test_any_jwt_that_is_pasted_is_taken_apart(around: str) -> None:
    on = stage(signed_in=True)
    claims: Claims = {"iss": "https://elsewhere.example/", "exp": START.timestamp() + 60}
    pasted = around.format(jwt_of(claims))
    async with on.app.run_test(size=SIZE) as pilot:
        await at_profile(pilot, on)
        on.app.screen.post_message(events.Paste(pasted))
        await until(pilot, lambda: "https://elsewhere.example/" in text_of(on.app))
        assert "read, and not checked (RS256, key 2026-03)" in text_of(on.app)
        assert ".c2ln" not in text_of(on.app)
        await pilot.press("G")
        await until(pilot, lambda: "kid (header): which key it is signed with" in text_of(on.app))


async def test_keys_move_in_the_table_that_is_seen_and_in_no_other() -> None:
    on = stage(signed_in=True)
    async with on.app.run_test(size=SIZE) as pilot:
        await at_profile(pilot, on, "h")
        await until(pilot, lambda: "Paste any JWT" in text_of(on.app))
        assert "Copy claim" not in text_of(on.app)
        await pilot.press("escape", "G", "y")
        on.app.screen.post_message(events.Paste(jwt_of({"iss": "https://a.example", "n": "7"})))
        await until(pilot, lambda: "https://a.example" in text_of(on.app))
        await pilot.press("j", "y")
        await until(pilot, lambda: on.app.clipboard == "7")
        await pilot.press("t")
        await until(pilot, lambda: "name: your full name" in text_of(on.app))
        assert isinstance(on.app.focused, ClaimsTable)
        assert on.app.focused.cursor == 0


async def test_a_key_id_of_a_thumbprints_length_stays_on_its_line() -> None:
    on = stage(signed_in=True)
    header = {"alg": "RS256", "kid": "k" * 43}
    async with on.app.run_test(size=(80, 24)) as pilot:
        await at_profile(pilot, on)
        on.app.screen.post_message(
            events.Paste(f"{encoded(header)}.{encoded({'exp': START.timestamp() + 60})}.c2ln")
        )
        await until(pilot, lambda: f"not checked (RS256, key {'k' * 30}" in text_of(on.app))
        assert on.app.screen.query_one("#jwt-words").size.height == 1
        await pilot.resize_terminal(120, 36)
        await until(pilot, lambda: f"not checked (RS256, key {'k' * 43})" in text_of(on.app))


async def test_what_is_no_jwt_is_said_to_be_none() -> None:
    on = stage(signed_in=True)
    async with on.app.run_test(size=SIZE) as pilot:
        await at_profile(pilot, on, "h")
        await until(pilot, lambda: on.app.screen.query("#jwt-field"))
        await pilot.press(*"e.b")
        told = "✗ NOT verified: a JWT has three parts with dots between; this has 2"
        await until(pilot, lambda: told in text_of(on.app))


async def test_a_token_that_is_wrong_is_told_as_that_as_by_the_command() -> None:
    on = stage(signed_in=True)
    token = f"{encoded({'alg': 'none'})}.{encoded({'sub': 'x', 'exp': 1})}."
    async with on.app.run_test(size=SIZE) as pilot:
        await at_profile(pilot, on, "h")
        on.app.post_message(events.Paste(token))
        told = "✗ NOT verified: it is not signed (alg is none): anybody can have written it"
        await until(pilot, lambda: told in text_of(on.app))
        assert "also wrong with it: it expired 20526 days ago" in text_of(on.app)
        assert isinstance(on.app.focused, ClaimsTable)


async def test_keys_at_any_jwt_are_the_screens_while_they_begin_no_token() -> None:
    on = stage(signed_in=True)
    async with on.app.run_test(size=SIZE) as pilot:
        await at_profile(pilot, on, "h")
        field = on.app.screen.query_one("#jwt-field", Input)
        await until(pilot, lambda: field.has_focus)
        await pilot.press("t")
        await until(pilot, lambda: "name: your full name" in text_of(on.app))
        assert field.value == ""
        await pilot.press("h", "e", "t", "escape", "t")
        await until(pilot, lambda: "name: your full name" in text_of(on.app))
        assert field.value == "et"


async def test_what_is_pasted_at_any_jwt_takes_the_place_of_what_is_there() -> None:
    on = stage(signed_in=True)
    async with on.app.run_test(size=SIZE) as pilot:
        await at_profile(pilot, on, "h")
        await until(pilot, lambda: on.app.screen.query("#jwt-field"))
        on.app.post_message(events.Paste("no.token"))
        await until(pilot, lambda: "three parts with dots between; this has 2" in text_of(on.app))
        on.app.post_message(events.Paste(jwt_of({"iss": "https://a.example"})))
        await until(pilot, lambda: "https://a.example" in text_of(on.app))
        assert "this has 2" not in text_of(on.app)


async def test_a_long_name_leaves_the_address_in_sight() -> None:
    on = holding(session_of({**ALICE, "name": "Wolfeschlegelsteinhausenbergerdorff " * 3}))
    async with on.app.run_test(size=(80, 24)) as pilot:
        await at_profile(pilot, on)
        await until(pilot, lambda: "alice@example.com  ✓ verified" in text_of(on.app))


async def test_an_expired_session_is_told_beside_the_person() -> None:
    held = expired(session_of(ALICE))
    on = holding(replace(held, token_set=replace(held.token_set, refresh_token=None)))
    async with on.app.run_test(size=SIZE) as pilot:
        await at_profile(pilot, on)
        await until(pilot, lambda: "▲ the session has expired" in text_of(on.app))


async def test_the_table_stays_where_it_is_while_one_moves() -> None:
    on = holding(session_of({**ALICE, "long": "x" * 1000}))
    async with on.app.run_test(size=SIZE) as pilot:
        await at_profile(pilot, on)
        panel = on.app.screen.query(ClaimsPanel).first()
        table = panel.query_one(ClaimsTable)
        before = table.region, panel.region
        for _ in range(table.row_count):
            await pilot.press("j")
            await pilot.pause()
            assert (table.region, panel.region) == before


async def test_nothing_is_cut_that_has_room_and_a_value_has_room_in_any_width() -> None:
    on = holding(session_of({**ALICE, "https://tenant.example/a-long-name": "b" * 90}))
    async with on.app.run_test(size=(200, 60)) as pilot:
        await at_profile(pilot, on)
        await until(pilot, lambda: "the tenant's identifier for the person" in text_of(on.app))
        assert "…" not in text_of(on.app)
        await pilot.resize_terminal(40, 12)
        await until(pilot, lambda: " name              Alice Archer " in text_of(on.app))


async def test_a_time_is_told_in_the_persons_zone_and_in_utc() -> None:
    on = stage(signed_in=True)
    on.clock.time = on.clock.time.astimezone(timezone(timedelta(hours=2)))
    async with on.app.run_test(size=SIZE) as pilot:
        await at_profile(pilot, on, *"jjjjjj")
        told = "2026-03-14 12:26:53 +0200 · 2026-03-14 10:26:53 UTC · in 1 h"
        await until(pilot, lambda: told in text_of(on.app))


async def test_times_of_claims_and_the_lifetime_go_by_one_clock() -> None:
    on = stage(signed_in=True)
    async with on.app.run_test(size=SIZE) as pilot:
        await at_profile(pilot, on, "t", *"jjjj")
        await until(pilot, lambda: "1:00:00 left of 1 h" in text_of(on.app))
        for seconds, left, until_then, ago in (
            (1, "59:59", "59 min", "1 s"),
            (1, "59:58", "59 min", "2 s"),
            (3600 - 2 - 150, "2:30", "2 min", "57 min"),  # before it is renewed, at 120 s
        ):
            on.clock.advance(seconds)
            on.app.now = on.clock()
            await pilot.pause()
            shown = text_of(on.app)
            assert f"{left} left of 1 h" in shown
            assert f"2026-03-14 10:26:53 UTC, in {until_then} " in shown
            assert shown.count(f"2026-03-14 09:26:53 UTC, {ago} ago ") == 2  # in full, too
            assert on.app.screen.query("AccessTokenPane ClaimsTable").first(ClaimsTable).cursor == 4


async def test_a_second_draws_only_what_says_something_else(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    drawn: list[int] = []
    on = stage(signed_in=True)
    async with on.app.run_test(size=SIZE) as pilot:
        await at_profile(pilot, on, *"jjjjjj")
        monkeypatch.setattr(ClaimsTable, "refresh_line", lambda _, row: drawn.append(row))
        on.clock.advance(65)
        on.app.now = on.clock()
        await until(pilot, lambda: "10:26:53 UTC, in 58 min" in text_of(on.app))
        assert drawn == [6, 7]  # exp and iat
        in_full = on.app.screen.query_one("ClaimsPanel .value", Static)
        told = in_full.visual
        on.clock.advance(1)
        on.app.now = on.clock()
        await pilot.pause()
        assert drawn == [6, 7]
        assert in_full.visual is told


@pytest.mark.parametrize("claim", [{"email_verified": None}, {}])
async def test_an_address_of_which_nothing_is_said_is_not_called_unverified(claim: Claims) -> None:
    silent = {name: value for name, value in ALICE.items() if name != "email_verified"}
    on = holding(session_of({**silent, **claim}))
    async with on.app.run_test(size=SIZE) as pilot:
        await at_profile(pilot, on)
        assert "alice@example.com" in text_of(on.app)
        assert "not verified" not in text_of(on.app)
