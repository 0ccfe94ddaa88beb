"""`doorkey token`, the full way: options, a renewal, and words for whatever is wrong."""

import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tui.auth.store.file_store import FileStore, session_store
from tui.auth.store.session_file import SessionFile
from tui.auth.store.store import SessionStore
from tui.config.load import Config, found_config, load_config
from tui.errors import SignInNeeded

if TYPE_CHECKING:
    from argparse import Namespace

    from tui.auth.session import TokenSet


FORMATS: Final = {"token": "{}", "header": "Authorization: Bearer {}"}
"""What is printed, by `--format`; a header goes to `curl -H @-`, and so into no process list."""


def token(arguments: "Namespace") -> int:
    """Print an access token with at least `--min-validity` seconds left, and nothing else."""
    config = load_config(arguments.config)
    asked = arguments.min_validity
    min_validity = None if asked is None else timedelta(seconds=asked)
    access_token = _good_token(config, session_store(config), min_validity)
    return _print(FORMATS[arguments.format].format(access_token))


def token_after(config_path: Path, config_text: str, file: SessionFile | None) -> int:
    """Print an access token, going on from what the quick way has read."""
    config = found_config(config_text, config_path)
    return _print(_good_token(config, FileStore(file) if file else session_store(config), None))


def _print(line: str) -> int:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()
    return 0


def _good_token(config: Config, store: SessionStore, min_validity: timedelta | None) -> str:
    session = store.load()
    if session is None:
        raise SignInNeeded("Nobody is signed in. Sign in first: doorkey login.")
    if session.token_set.is_good_for(min_validity, datetime.now(UTC)):
        _warn_of_less(session.token_set, min_validity)
        return session.token_set.access_token
    return _renew(config, store, min_validity)


def _renew(config: Config, store: SessionStore, min_validity: timedelta | None) -> str:
    import asyncio  # 40 ms, for a renewal only

    from tui.auth.service import AuthService

    async def run() -> str:
        async with AuthService(config, store=store) as service:
            service.take_up()
            access_token = await service.get_access_token(min_validity)
            if service.session is not None:
                _warn_of_less(service.session.token_set, min_validity)
            return access_token

    return asyncio.run(run())


def _warn_of_less(tokens: "TokenSet", min_validity: timedelta | None) -> None:
    left = tokens.access_token_expiry - datetime.now(UTC)
    if min_validity is not None and left < min_validity:
        sys.stderr.write(
            f"doorkey: this token has {left.total_seconds():.0f} s left; "
            "the tenant gives no more now.\n"
        )
