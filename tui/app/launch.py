"""`doorkey` and `doorkey dev`: the app, alone or with the bundled servers beside it."""

import gc
import os
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tui.config.load import as_chosen, has_own_servers, load_config
from tui.config.paths import WEB_VARIABLE, built_in_config, logs_dir, state_dir
from tui.errors import ConfigInvalid, ConfigMissing, WrongUsage
from tui.terminal.signals import end_with_terminal

if TYPE_CHECKING:
    from argparse import Namespace

    from textual.driver import Driver

    from tui.app.messages import Opening
    from tui.app.terminal_app import TerminalApp
    from tui.auth.service import AuthService
    from tui.config.load import Config
    from tui.servers.processes import Servers
    from tui.terminal.clipboard import Taken

AppFactory = Callable[["Opening", "type[Driver] | None"], "TerminalApp"]

ESCDELAY_MILLISECONDS: Final = "25"
"""From when on Textual calls it Esc; less than our driver's look, or it would look once more."""


def run_app(arguments: "Namespace") -> int:
    """Run the app."""
    return open_app(arguments.config)


def run_dev(arguments: "Namespace") -> int:
    """Run the app, and beside it the bundled servers that the config points to."""
    _refuse_unguarded_page()
    return _open(replace(config_for_dev(arguments.config), with_servers=True))


def open_app(config_path: Path | None) -> int:
    """Run the app with the config at `config_path`, or with the one that is found."""
    _refuse_unguarded_page()
    try:
        config = load_config(config_path)
    except ConfigMissing:
        if not (is_web_page() or _has_terminal()):
            raise
        return _open(None)
    return _open(config)


def config_for_dev(path: Path | None) -> "Config":
    """Return the config at `path` or the one that is found; where there is none, the built-in."""
    try:
        return load_config(path)
    except ConfigMissing:
        return load_config(built_in_config())


def _open(config: "Config | None") -> int:
    on_web_page = is_web_page()
    if not on_web_page and not _has_terminal():
        raise ConfigInvalid(
            "The app needs a terminal. Without one there are commands: doorkey --help."
        )
    if not on_web_page and os.environ.get("TERM") == "dumb":
        raise ConfigInvalid(
            "The app draws on the whole terminal, and this one prints lines alone (TERM=dumb). "
            "There are commands, too: doorkey --help."
        )
    gc.disable()  # what starting makes is no garbage; the app turns it on again when it stands
    os.environ.setdefault("ESCDELAY", ESCDELAY_MILLISECONDS)  # Textual reads it when imported
    end_with_terminal(sys.stdout.fileno())
    from tui.app.messages import Opening
    from tui.app.textual_internals import lighten_strips, page_driver, terminal_driver

    lighten_strips()
    driver = page_driver() if on_web_page else terminal_driver()
    make_app = app_on_web_page if on_web_page else app_in_terminal
    first = (
        make_app(Opening(config, config.with_servers), driver)
        if config
        else _set_up(driver, on_web_page=on_web_page)
    )
    return run_in_turn(first, driver, make_app, config)


def _has_terminal() -> bool:
    # Textual draws on stderr: sent elsewhere, the app would run unseen.
    return all(stream.isatty() for stream in (sys.stdin, sys.stdout, sys.stderr))


def run_in_turn(
    app: "TerminalApp",
    driver: "type[Driver] | None",
    make_app: AppFactory,
    chosen: "Config | None" = None,
) -> int:
    """Run an app, and those that take its place; return the exit code of the last.

    `chosen` is the first one's config; without one, the first that is opened is the chosen one.
    Where an app cannot be made, the terminal is given back before the error goes on.
    """
    from tui.app.textual_internals import give_back_terminal

    size, with_servers = None, False
    try:
        while True:
            app.run(size=size)
            if app.following is None:
                return app.return_code or 0
            size = (app.size.width, app.size.height) if is_web_page() else None
            following = app.following
            chosen = chosen or following.config
            if following.config.path.absolute() == chosen.path.absolute():
                config = replace(following.config, with_servers=chosen.with_servers)
                following = replace(following, config=as_chosen(config))
            with_servers = with_servers or following.with_servers
            app = make_app(replace(following, with_servers=with_servers), driver)
    finally:
        give_back_terminal(driver)


def _set_up(driver: "type[Driver] | None", *, on_web_page: bool) -> "TerminalApp":
    """Make the app that asks for a tenant, where there is no config."""
    from tui.app.screens.set_up.registration import Outside
    from tui.app.set_up import SetUpApp
    from tui.auth.store.sealing import SystemKeyring
    from tui.terminal.clipboard import copy_to_system_clipboard

    copy = _not_to_this_machines_clipboard if on_web_page else copy_to_system_clipboard
    return SetUpApp(Outside(copy, SystemKeyring()), driver)


def servers_for(opening: "Opening") -> "Servers | None":
    """Make the bundled servers where they are wanted, and what is on loopback is ours."""
    if not opening.with_servers:
        return None
    from tui.servers.bundled import bundled_servers
    from tui.servers.processes import Servers

    if not has_own_servers(opening.config):
        return None
    return Servers(bundled_servers(opening.config, state_dir()), logs_dir())


def app_in_terminal(opening: "Opening", driver: "type[Driver] | None") -> "TerminalApp":
    """Make the app for the terminal that it was started in."""
    from tui.app.app import DoorkeyApp
    from tui.app.doors import Doors

    servers = servers_for(opening)
    return DoorkeyApp(Doors(opening.config), servers, opening=opening, driver_class=driver)


def is_web_page() -> bool:
    """Return whether this process was started to be shown in a browser."""
    return os.environ.get("TEXTUAL_DRIVER", "").endswith(":WebDriver")


def _refuse_unguarded_page() -> None:
    """Say on a page that anybody can open why nothing is done there.

    `doorkey web` lets its owner alone in, and says so to the processes that it starts.

    Raises:
        WrongUsage: the page has been left; says the same at the terminal of `textual serve`.
    """
    if not is_web_page() or os.environ.get(WEB_VARIABLE):
        return
    from tui.app.textual_internals import page_driver
    from tui.app.web.unguarded import INSTEAD, WHY, UnguardedApp

    UnguardedApp(page_driver()).run()
    raise WrongUsage(f"{WHY} {INSTEAD}")


def app_on_web_page(opening: "Opening", driver: "type[Driver] | None") -> "TerminalApp":
    """Make the app so that it opens addresses where the person looks, not where it runs."""
    from tui.app.app import DoorkeyApp
    from tui.app.doors import Doors

    async def open_url(url: str) -> bool:
        app.open_url(url)
        return True

    def make_service(config: "Config") -> "AuthService":
        from tui.auth.service import AuthService
        from tui.auth.sign_in.surroundings import look_around

        around = replace(look_around(), on_web_page=True)
        return AuthService(config, open_url=open_url, surroundings=around)

    doors = Doors(
        opening.config,
        make_service,
        copy_to_system=_not_to_this_machines_clipboard,
    )
    app = DoorkeyApp(doors, servers_for(opening), opening=opening, driver_class=driver)
    return app


async def _not_to_this_machines_clipboard(_text: str) -> "Taken":
    return "perhaps"  # the browser's page may take it
