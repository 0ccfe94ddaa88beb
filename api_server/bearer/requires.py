"""`@requires("scope")`: let a request through to an endpoint, or answer why not."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import wraps
from inspect import iscoroutinefunction
from typing import ParamSpec, Protocol, TypeVar, cast, overload

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from api_server.bearer.bearer import BearerCredentials, Stranger
from api_server.bearer.claims import LEEWAY_SECONDS, seconds_since_sign_in, shown
from api_server.bearer.credentials import has_form, refuse_form_token
from api_server.bearer.refusal import InsufficientAuthentication, InsufficientScope, Refusal

Parameters = ParamSpec("Parameters")
Answer = TypeVar("Answer")
AsyncEndpoint = Callable[Parameters, Awaitable[Answer]]
PlainEndpoint = Callable[Parameters, Answer]


@dataclass(frozen=True, slots=True)
class Needed:
    """What an endpoint asks for."""

    scopes: frozenset[str]
    acr: str | None
    max_age: int | None
    """Seconds."""


class Guard(Protocol):
    """What `requires` returns: a decorator of endpoints."""

    @overload
    def __call__(
        self, endpoint: AsyncEndpoint[Parameters, Answer], /
    ) -> AsyncEndpoint[Parameters, Answer | Response]: ...

    @overload
    def __call__(
        self, endpoint: PlainEndpoint[Parameters, Answer], /
    ) -> AsyncEndpoint[Parameters, Answer | Response]: ...


def requires(*scopes: str, acr: str | None = None, max_age: int | None = None) -> Guard:
    """Guard an endpoint: any accepted token, with all of these scopes.

    `acr` lists authentication classes, with blanks between, of which the token must have one;
    `max_age` is how many seconds ago its user may have signed in (RFC 9470). The endpoint, a
    coroutine function or a plain one, takes the Request among its arguments.
    """
    needed = Needed(frozenset(scopes), acr, max_age)

    def guard(
        endpoint: AsyncEndpoint[Parameters, Answer] | PlainEndpoint[Parameters, Answer],
    ) -> AsyncEndpoint[Parameters, Answer | Response]:
        run = _awaitable(endpoint)

        @wraps(endpoint)
        async def guarded(*args: Parameters.args, **kwargs: Parameters.kwargs) -> Answer | Response:
            request = _request_in(*args, *kwargs.values())
            auth = _credentials(request)
            refusal = await _form_refusal(request) or _refusal(request, auth, needed)
            if refusal is not None:
                return auth.challenger.answer(refusal, auth.scheme)
            return await run(*args, **kwargs)

        return guarded

    return guard


async def _form_refusal(request: Request) -> Refusal | None:
    if has_form(request):
        try:
            await refuse_form_token(request)
        except Refusal as refusal:
            return refusal
    return None


def _refusal(request: Request, auth: BearerCredentials, needed: Needed) -> Refusal | None:
    if isinstance(request.user, Stranger):
        return request.user.refusal
    if not needed.scopes.issubset(auth.scopes):
        return _insufficient_scope(needed.scopes, frozenset(auth.scopes))
    if needed.acr is not None or needed.max_age is not None:
        return _authentication_refusal(request.user.claims, auth.checked_at, needed)
    return None


def _authentication_refusal(
    claims: Mapping[str, object], now: float, needed: Needed
) -> Refusal | None:
    """Return why the sign-in behind a token does not do (RFC 9470 5), or None where it does."""
    wrong = None
    if needed.max_age is not None:
        seconds = seconds_since_sign_in(claims, now)
        if seconds is None:
            wrong = f"a sign-in within {needed.max_age} s; the token does not say when it was"
        elif seconds > needed.max_age + LEEWAY_SECONDS:
            wrong = f"a sign-in within {needed.max_age} s; it was {seconds:.0f} s ago"
    if needed.acr is not None and claims.get("acr") not in needed.acr.split():
        wrong = f"a sign-in of the class {needed.acr}; the token has {shown(claims.get('acr'))}"
    if wrong is None:
        return None
    return InsufficientAuthentication(needed.acr, needed.max_age, f"This needs {wrong}")


def _credentials(request: Request) -> BearerCredentials:
    auth = request.auth
    if not isinstance(auth, BearerCredentials):
        raise TypeError("requires() needs the app to have Bearer(...).middleware")
    return auth


def _insufficient_scope(needed: frozenset[str], granted: frozenset[str]) -> InsufficientScope:
    lacking, having = " ".join(sorted(needed - granted)), " ".join(sorted(granted))
    return InsufficientScope(
        " ".join(sorted(needed)),
        f"This needs the scope {lacking}; the token has {having or 'none'}",
    )


def _request_in(*arguments: object) -> Request:
    for argument in arguments:
        if isinstance(argument, Request):
            return argument
    raise TypeError("an endpoint with requires() takes the Request among its arguments")


def _awaitable(
    endpoint: AsyncEndpoint[Parameters, Answer] | PlainEndpoint[Parameters, Answer],
) -> AsyncEndpoint[Parameters, Answer]:
    """Return a coroutine function as it is; a plain one runs on a thread, as Starlette does it."""
    if iscoroutinefunction(endpoint):
        return endpoint
    plain = cast("PlainEndpoint[Parameters, Answer]", endpoint)

    async def on_thread(*args: Parameters.args, **kwargs: Parameters.kwargs) -> Answer:
        return await run_in_threadpool(plain, *args, **kwargs)

    return on_thread
