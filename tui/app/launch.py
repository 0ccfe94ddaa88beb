"""`doorkey` and `doorkey dev`: the app, alone or with the bundled servers beside it."""

import gc
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from tui.app.web_page import app_on_web_page, is_web_page
from tui.config.load import load_config
from tui.errors import ConfigInvalid

if TYPE_CHECKING:
    from argparse import Namespace


def run_app(arguments: "Namespace") -> int:
    """Run the app."""
    return open_app(arguments.config)


def run_dev(arguments: "Namespace") -> int:
    """Run the app, and beside it the bundled servers that the config points to."""
    return open_app(arguments.config, with_servers=True)


def open_app(config_path: Path | None, *, with_servers: bool = False) -> int:
    """Run the app with the config at `config_path`, or with the one that is found."""
    config = load_config(config_path)
    on_web_page = is_web_page()
    # Textual draws on stderr: sent elsewhere, the app would run unseen.
    streams = (sys.stdin, sys.stdout, sys.stderr)
    if not on_web_page and not all(stream.isatty() for stream in streams):
        raise ConfigInvalid(
            "The app needs a terminal. Without one there are commands: doorkey --help."
        )
    gc.disable()  # what starting makes is no garbage; the app turns it on again when it stands
    from tui.app.esc_key import hear_esc_at_once

    hear_esc_at_once()
    from tui.app.app import DoorkeyApp
    from tui.terminal.signals import end_with_terminal

    end_with_terminal(sys.stdout.fileno())
    servers = None
    if with_servers:
        from tui.config.paths import logs_dir, state_dir
        from tui.servers.bundled import bundled_servers
        from tui.servers.processes import Servers

        servers = Servers(bundled_servers(config, state_dir()), logs_dir())
    app = app_on_web_page(config, servers) if on_web_page else DoorkeyApp(config, servers)
    app.run()
    return app.return_code or 0
