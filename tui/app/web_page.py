"""The app in somebody's browser, where `textual serve` shows it."""

import os
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tui.app.app import DoorkeyApp
    from tui.auth.service import AuthService
    from tui.config.load import Config
    from tui.servers.processes import Servers


def is_web_page(environ: Mapping[str, str] = os.environ) -> bool:
    """Tell whether this process was started to be shown in a browser."""
    return environ.get("TEXTUAL_DRIVER", "").endswith(":WebDriver")


def app_on_web_page(config: "Config", servers: "Servers | None") -> "DoorkeyApp":
    """Make the app so that it opens addresses where the person looks, not where it runs."""
    from tui.app.app import DoorkeyApp

    async def open_url(url: str) -> bool:
        app.open_url(url)
        return True

    def make_service(config: "Config") -> "AuthService":
        from tui.auth.service import AuthService
        from tui.auth.sign_in.surroundings import look_around

        around = replace(look_around(), on_web_page=True)
        return AuthService(config, open_url=open_url, surroundings=around)

    app = DoorkeyApp(
        config, servers, make_service=make_service, copy_to_system=_not_to_this_machines_clipboard
    )
    return app


async def _not_to_this_machines_clipboard(_text: str) -> bool:
    return False
