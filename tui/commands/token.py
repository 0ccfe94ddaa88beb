"""`doorkey token`: the quickest way to a valid access token, with nothing loaded that it spares."""

import sys
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from tui.auth.store.file_store import session_store
from tui.config.load import Config, load_config
from tui.errors import SignInNeeded

if TYPE_CHECKING:
    from argparse import Namespace

    from tui.auth.service import AuthService


FORMATS: Final = {"token": "{}", "header": "Authorization: Bearer {}"}
"""What is printed, by `--format`; a header goes to `curl -H @-`, and so into no process list."""


def token(arguments: "Namespace") -> int:
    """Print an access token with at least `--min-validity` seconds left, and nothing else."""
    config = load_config(arguments.config)
    asked = arguments.min_validity
    min_validity = None if asked is None else timedelta(seconds=asked)
    session = session_store(config).load()
    if session is None:
        raise SignInNeeded("Nobody is signed in. Sign in first: doorkey login.")
    if session.token_set.is_good_for(min_validity, datetime.now(UTC)):
        access_token = session.token_set.access_token
    else:
        access_token = _renewed(config, min_validity)
    sys.stdout.write(FORMATS[arguments.format].format(access_token) + "\n")
    sys.stdout.flush()
    return 0


def _renewed(config: Config, min_validity: timedelta | None) -> str:
    import asyncio

    from tui.auth.service import AuthService

    async def run() -> str:
        async with AuthService(config) as service:
            service.take_up()
            access_token = await service.get_access_token(min_validity)
            _warn_of_less(service, min_validity)
            return access_token

    return asyncio.run(run())


def _warn_of_less(service: "AuthService", min_validity: timedelta | None) -> None:
    expiry = service.access_token_expiry
    if min_validity is None or expiry is None or expiry - datetime.now(UTC) >= min_validity:
        return
    left = (expiry - datetime.now(UTC)).total_seconds()
    sys.stderr.write(f"doorkey: this token has {left:.0f} s left; the tenant gives no more now.\n")
