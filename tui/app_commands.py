"""`doorkey` and `doorkey dev`: the app, alone or with the bundled servers beside it."""

import sys
from argparse import Namespace

from tui.auth.errors import ConfigError
from tui.auth.service import AuthService
from tui.config import Config, load_config


def run_app(arguments: Namespace) -> int:
    """Run the app."""
    return _run(load_config(arguments.config), with_servers=False)


def run_dev(arguments: Namespace) -> int:
    """Run the app, and beside it the bundled servers that the config points to."""
    return _run(load_config(arguments.config), with_servers=True)


def _run(config: Config, *, with_servers: bool) -> int:
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise ConfigError(
            "The app needs a terminal. Without one there are commands: doorkey --help."
        )
    from tui.app import DoorkeyApp
    from tui.app_signals import end_with_terminal

    end_with_terminal(sys.stdout.fileno())
    servers = None
    if with_servers:
        from tui.bundled import bundled_servers
        from tui.dev import Servers
        from tui.paths import logs_dir, state_dir

        servers = Servers(bundled_servers(config, state_dir()), logs_dir())
    app = DoorkeyApp(AuthService(config), servers)
    app.run()
    return app.return_code or 0
