"""The top line, in as much room as there is."""

from dataclasses import replace

import pytest

from tests.support.app.stage import ALICE, session_of, stage, text_of, until
from tui.auth.store.store import MemoryStore


@pytest.mark.parametrize(("columns", "brand", "tenant"), [(80, True, True), (48, True, False)])
async def test_where_room_is_short_the_tenant_goes_first(
    columns: int, brand: bool, tenant: bool
) -> None:
    on = stage(signed_in=True)
    async with on.app.run_test(size=(columns, 24)) as pilot:
        await until(pilot, lambda: on.app.account.signed_in)
        top = text_of(on.app).splitlines()[0]
        assert ("Doorkey" in top) is brand
        assert ("tenant.example" in top) is tenant
        assert top.rstrip().endswith("● Alice Archer  token 1 h")
        assert len(top) == columns


async def test_wide_characters_in_a_name_push_nothing_off_the_line() -> None:
    on = stage(store=MemoryStore(session_of({**ALICE, "name": "名" * 12})))
    async with on.app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: on.app.account.signed_in)
        assert text_of(on.app).splitlines()[0].rstrip().endswith("token 1 h")


async def test_the_time_left_is_told_by_the_minute_and_in_the_end_by_the_second() -> None:
    on = stage(signed_in=True)
    async with on.app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: "token 1 h" in text_of(on.app))
        on.clock.advance(1)
        await until(pilot, lambda: "token 59 min" in text_of(on.app))
        on.clock.advance(3300)
        await until(pilot, lambda: "token 4:59" in text_of(on.app))


async def test_nothing_is_told_as_expired_in_its_last_second() -> None:
    kept = session_of(ALICE)
    tokens = replace(kept.token_set, refresh_token=None)
    on = stage(store=MemoryStore(replace(kept, token_set=tokens)))
    async with on.app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: "token 1 h" in text_of(on.app))
        on.clock.advance(3599.5)
        await until(pilot, lambda: "token 0:00" in text_of(on.app))
        on.clock.advance(0.5)
        await until(pilot, lambda: "session expired" in text_of(on.app))
