"""Runs the chapters side by side, each bounded in time; each rule gets a row."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Final, NamedTuple

from tui.auth.session import Session
from tui.config.load import Config, reload_config
from tui.config.paths import shown
from tui.doctor import api, client, session, surroundings, tenant
from tui.doctor.discovery import Case, discover
from tui.doctor.row import Row, Tell, row, row_of, unknown
from tui.doctor.world import World
from tui.errors import ConfigInvalid, DoorkeyError

CHAPTER_SECONDS: Final = 9.0
"""Two exchanges of 4 s, one after the other, and some room."""


class Chapter(NamedTuple):
    """Rules that are read together, and what looks at them."""

    name: str
    rules: tuple[str, ...]
    look: Callable[[Case, Tell], Awaitable[None]]


CHAPTERS: Final = (
    Chapter("surroundings", surroundings.RULES, surroundings.look),
    Chapter("tenant", tenant.RULES, tenant.look),
    Chapter("client", client.RULES, client.look),
    Chapter("api", api.RULES, api.look),
    Chapter("session", session.RULES, session.look),
)

RULES: Final = ("config", *(rule for chapter in CHAPTERS for rule in chapter.rules))
"""Every rule, in the order of the report."""


async def examine(
    world: World, watch: Tell = lambda _row: None, seconds: float = CHAPTER_SECONDS
) -> list[Row]:
    """Look at everything; return a row for each rule, in the order of `RULES`.

    `watch` is told of each row as it comes. Nothing is signed in to, sent a token, or changed.
    """
    rows: dict[str, Row] = {}

    def tell(found: Row) -> None:
        rows[found.rule] = found
        watch(found)

    if isinstance(world.config, Config):
        tell(config_row(world.config, in_use=world.in_use))
        await _chapters(world, world.config, tell, seconds)
    else:
        tell(row_of("config", world.config))
        await surroundings.look_without_config(world, tell)
        for each in unknown(RULES[1:], "there is no config to go by"):
            if each.rule not in rows:
                tell(each)
    return [rows[rule] for rule in RULES]


async def examine_in_use(
    config: Config, load_session: Callable[[Config], Session | None], watch: Tell
) -> list[Row]:
    """Look at everything around a config that has been in use for a while, as `examine` does."""
    return await examine(World(config, load_session=load_session, in_use=True), watch)


def config_row(config: Config, *, in_use: bool) -> Row:
    """Say which config it is, and of one in use whether its file still says the same."""
    which = f"profile {config.profile}, " if config.profile else ""
    file = f"{which}{shown(config.path)}"
    if in_use:
        try:
            is_as_read = reload_config(config) == config
        except ConfigInvalid as error:
            return row_of("config", error)
        if not is_as_read:
            changed = f"{file} says something else by now than what is in use"
            return row("config", "warning", changed, "Take it over: the list of tenants opens it.")
    return row("config", "ok", f"{file}: each key is right")


async def _chapters(world: World, config: Config, tell: Tell, seconds: float) -> None:
    discovery = asyncio.ensure_future(discover(world, config))
    case = Case(world, config, discovery)
    try:
        await asyncio.gather(*(_chapter(each, case, tell, seconds) for each in CHAPTERS))
    finally:
        discovery.cancel()
        with suppress(asyncio.CancelledError):
            await discovery


async def _chapter(chapter: Chapter, case: Case, tell: Tell, seconds: float) -> None:
    missing = dict.fromkeys(chapter.rules)

    def take(found: Row) -> None:
        missing.pop(found.rule)
        tell(found)

    try:
        async with asyncio.timeout(seconds):
            await chapter.look(case, take)
        return
    except TimeoutError:
        why = f"no answer within {seconds:.0f} s"
    except (DoorkeyError, OSError, ValueError) as error:
        why = str(error)  # the other chapters go on
    for each in unknown(missing, why):
        tell(each)
