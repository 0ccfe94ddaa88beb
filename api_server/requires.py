"""`@requires("scope")`: lets a request through to an endpoint, or says why not."""

from collections.abc import Awaitable, Callable
from functools import wraps
from inspect import iscoroutinefunction
from typing import ParamSpec, Protocol, TypeVar, cast, overload

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

from .form_body import has_form, refuse_form_token
from .refusal import InsufficientScopeError, Refusal
from .users import BearerCredentials, Stranger

Parameters = ParamSpec("Parameters")
Answer = TypeVar("Answer")
AsyncEndpoint = Callable[Parameters, Awaitable[Answer]]
PlainEndpoint = Callable[Parameters, Answer]


class Guard(Protocol):
    """What `requires` returns: a decorator of endpoints."""

    @overload
    def __call__(
        self, endpoint: AsyncEndpoint[Parameters, Answer], /
    ) -> AsyncEndpoint[Parameters, Answer]: ...

    @overload
    def __call__(
        self, endpoint: PlainEndpoint[Parameters, Answer], /
    ) -> AsyncEndpoint[Parameters, Answer]: ...


def requires(*scopes: str) -> Guard:
    """Guard an endpoint: any accepted token, with all of these scopes.

    The endpoint, a coroutine function or a plain one, takes the Request among its arguments.
    """
    needed = frozenset(scopes)

    def guard(
        endpoint: AsyncEndpoint[Parameters, Answer] | PlainEndpoint[Parameters, Answer],
    ) -> AsyncEndpoint[Parameters, Answer]:
        run = _awaitable(endpoint)

        @wraps(endpoint)
        async def guarded(*args: Parameters.args, **kwargs: Parameters.kwargs) -> Answer:
            request = _request_in(*args, *kwargs.values())
            if has_form(request):
                await _refuse_form_token(request)
            _admit(request, needed)
            return await run(*args, **kwargs)

        return guarded

    return guard


def _admit(request: Request, needed: frozenset[str]) -> None:
    """Raise the refusal of a request that may not pass."""
    auth, user = _credentials(request), request.user
    if isinstance(user, Stranger):
        raise auth.challenger.answer(user.refusal)
    if not needed.issubset(auth.scopes):
        raise auth.challenger.answer(_insufficient(needed, frozenset(auth.scopes)))


async def _refuse_form_token(request: Request) -> None:
    try:
        await refuse_form_token(request)
    except Refusal as refusal:
        raise _credentials(request).challenger.answer(refusal) from None


def _credentials(request: Request) -> BearerCredentials:
    auth = request.auth
    if not isinstance(auth, BearerCredentials):
        raise TypeError("requires() needs the app to have Bearer(...).middleware")
    return auth


def _insufficient(needed: frozenset[str], granted: frozenset[str]) -> InsufficientScopeError:
    lacking, having = " ".join(sorted(needed - granted)), " ".join(sorted(granted))
    return InsufficientScopeError(
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
