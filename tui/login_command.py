"""`doorkey login`: signs a person in; everything that it says goes to stderr."""

import asyncio
import sys
from argparse import Namespace

from tui.auth.models import SignInProgress
from tui.auth.service import AuthService
from tui.auth.sign_in.options import SignInOptions
from tui.config import Config, load_config
from tui.text import printable


def login(arguments: Namespace) -> int:
    """Sign in through the browser."""
    config = load_config(arguments.config)
    asyncio.run(_login(config, SignInOptions(open_browser=not arguments.no_browser)))
    return 0


async def _login(config: Config, options: SignInOptions) -> None:
    async with AuthService(config) as service:
        event = await service.login(options=options, watch=_show_progress)
    if event.profile is not None:
        email = f" ({printable(event.profile.email)})" if event.profile.email else ""
        _say(f"Signed in as {printable(event.profile.name)}{email}.")


def _show_progress(progress: SignInProgress) -> None:
    if progress.phase == "waiting" and progress.browser in ("off", "opening"):
        _say("To sign in, open this address in a browser:\n")
        _say(progress.url + "\n")
        _say(f"Waiting at {progress.redirect_uri} for the answer (Ctrl-C cancels) ...")
    elif progress.browser == "failed":
        _say("No browser could be opened here: open the address above yourself.")
    elif progress.phase == "completing":
        _say("The answer is here; getting the tokens ...")


def _say(line: str) -> None:
    sys.stderr.write(line + "\n")
    sys.stderr.flush()
