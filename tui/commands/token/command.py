"""`doorkey token`, the full way: options, a renewal, and words for whatever is wrong."""

import sys
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tui.api.request import checked_path
from tui.auth.dpop.authorization import is_nonce
from tui.auth.session import Session
from tui.auth.store.file_store import FileStore, session_store
from tui.auth.store.session_file import SessionFile
from tui.auth.store.store import SessionStore
from tui.commands.token import credentials
from tui.commands.token.credentials import Request
from tui.commands.token.formats import (
    OPERATIONS,
    PRINTED,
    Asked,
    Grant,
    Shortfall,
    checked,
    write,
)
from tui.config.load import Config, found_config, load_config
from tui.errors import SIGN_IN_AGAIN, SignInNeeded, WrongUsage
from tui.text import printable

if TYPE_CHECKING:
    from argparse import Namespace

    from tui.auth.service import AuthService

Refused = Callable[[str], bool]
"""Whether a token is of no use to whoever asks, valid or not."""


BOUND: Final = (
    "doorkey: this token is bound to a key (DPoP) and of no use alone. doorkey call and doorkey "
    "proxy sign each request; --format header --for METHOD URL prints both headers of one.\n"
)


SHORTFALLS: Final[Mapping[Shortfall, str]] = {
    "not_asked": "the tenant was not asked, as this one is new and it gives none that live longer",
    "not_renewable": "it cannot be renewed, as the tenant gave no refresh token",
    "not_renewed": "the tenant was asked, and gave no new one",
    "no_more": "the tenant has just given it, and gives no more",
}


def token(arguments: "Namespace") -> int:
    """Print a token with at least `--min-validity` seconds left, in the format asked for."""
    asked = checked(
        Asked(
            arguments.format,
            arguments.operation,
            arguments.id_token,
            None if arguments.min_validity is None else timedelta(seconds=arguments.min_validity),
            tuple(arguments.request) if arguments.request else None,
            arguments.nonce,
        )
    )
    if asked.needs_nothing:
        return 0
    config = load_config(arguments.config)
    return _answer(asked, config, session_store(config), None)


def token_after(
    asked: Asked,
    config_path: Path,
    config_text: str,
    file: SessionFile | None,
    request: Request | None,
) -> int:
    """Print a token, going on from what the quick way has read."""
    config = found_config(config_text, config_path)
    return _answer(asked, config, FileStore(file) if file else session_store(config), request)


def _answer(asked: Asked, config: Config, store: SessionStore, request: Request | None) -> int:
    if asked.request is not None:
        return write(_headers(asked, config, store, *asked.request))
    if asked.format not in OPERATIONS:
        return write(PRINTED[asked.format](_good_grant(asked, config, store)))
    request = request or credentials.read_request(asked.format)
    if asked.operation == "erase":
        return _erase(request, config, store)
    if request.origin != config.api_url:
        return write(credentials.foreign_answer(asked.format))
    grant = _good_grant(asked, config, store, credentials.is_refused)
    return write(credentials.answer(asked.format, request, grant))


def _erase(request: Request, config: Config, store: SessionStore) -> int:
    """Have the next `get` renew the token that git was refused with, if it is still the one."""
    session = store.load() if request.origin == config.api_url else None
    if session is not None and session.token_set.access_token == request.erased:
        credentials.remember_refused(request.erased)
    return 0


def _good_grant(
    asked: Asked, config: Config, store: SessionStore, refused: Refused = lambda _token: False
) -> Grant:
    session = store.load()
    if session is None:
        raise SignInNeeded("Nobody is signed in. Sign in first: doorkey login.")
    if session.key is not None and not asked.id_token:
        sys.stderr.write(BOUND)
    grant = _grant(asked, session)
    if not refused(grant.token) and _is_good(asked, session):
        return _told_of_less(asked, grant, "not_asked")
    renewed = _renew(asked, config, store, refused)
    return _told_of_less(asked, renewed, _shortfall(asked, session, renewed))


def _is_good(asked: Asked, session: Session) -> bool:
    tokens = session.token_set
    is_good = tokens.id_token_is_good_for if asked.id_token else tokens.is_good_for
    return is_good(asked.min_validity, datetime.now(UTC))


def _grant(asked: Asked, session: Session) -> Grant:
    tokens = session.token_set
    if asked.id_token:
        return Grant(tokens.id_token, tokens.token_expiry, tokens.scope, is_id_token=True)
    kind = "DPoP" if session.key else "Bearer"
    return Grant(tokens.access_token, tokens.access_token_expiry, tokens.scope, kind)


def _headers(asked: Asked, config: Config, store: SessionStore, method: str, url: str) -> str:
    """Return the headers of one request to the API, a proof among them for a bound token.

    Raises:
        WrongUsage: it is no request to the API of the config.
    """
    import asyncio

    from tui.auth.authorized_request import AuthorizedRequest
    from tui.auth.service import AuthService

    path = url.removeprefix(config.api_url) or "/"
    try:
        if "://" in path.partition("?")[0]:
            raise ValueError(f"{printable(url)} is of another origin")
        path = checked_path(config.api_url, path)
        if not (method.isascii() and method.isalpha()):
            raise ValueError("a method such as GET is expected")
    except ValueError as error:
        raise WrongUsage(
            f"--for takes a method, and a path or URL of {config.api_url}: {error}."
        ) from None
    if asked.nonce is not None and not is_nonce(asked.nonce):
        raise WrongUsage("--nonce takes what the API's refusal says in the header DPoP-Nonce.")

    async def run() -> Mapping[str, str]:
        async with AuthService(config, store=store) as service:
            service.take_up()
            before = service.session
            is_good = before is not None and _is_good(asked, before)
            grant = await _get_grant(service, asked)
            why = "not_asked" if is_good or before is None else _shortfall(asked, before, grant)
            _told_of_less(asked, grant, why)
            if asked.nonce is not None:
                service.prover.learn(config.api_url, {"dpop-nonce": asked.nonce})
            authorized = AuthorizedRequest(service, method.upper(), config.api_url + path)
            return (await authorized.authorization()).headers

    return "\n".join(f"{name}: {value}" for name, value in asyncio.run(run()).items())


def _renew(asked: Asked, config: Config, store: SessionStore, refused: Refused) -> Grant:
    import asyncio  # 40 ms, for a renewal only

    from tui.auth.service import AuthService

    async def run() -> Grant:
        async with AuthService(config, store=store) as service:
            service.take_up()
            if refused(service.access_token or ""):
                await service.renew_tokens()
            return await _get_grant(service, asked)

    return asyncio.run(run())


async def _get_grant(service: "AuthService", asked: Asked) -> Grant:
    if asked.id_token:
        await service.get_id_token(asked.min_validity)
    else:
        await service.get_access_token(asked.min_validity)
    if service.session is None:
        raise SignInNeeded(f"Nobody is signed in any more. {SIGN_IN_AGAIN}")
    return _grant(asked, service.session)


def _shortfall(asked: Asked, before: Session, grant: Grant) -> Shortfall:
    """Return what came of the wish for another token than the session had `before`."""
    if before.token_set.refresh_token is None:
        return "not_renewable"
    return "not_renewed" if grant.token == _grant(asked, before).token else "no_more"


def _told_of_less(asked: Asked, grant: Grant, why: Shortfall) -> Grant:
    """Return the grant, having said why it has less time left than was asked for, if it has."""
    left = grant.expires_at - datetime.now(UTC)
    if asked.min_validity is None or left >= asked.min_validity:
        return grant
    sys.stderr.write(
        f"doorkey: this token has {left.total_seconds():.0f} s left, less than was asked for: "
        f"{SHORTFALLS[why]}.\n"
    )
    return grant._replace(shortfall=why)
