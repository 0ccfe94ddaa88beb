"""`@requires("scope")`: let a request through to an endpoint, or answer why not."""

from collections.abc import Awaitable, Callable
from functools import wraps
from inspect import iscoroutinefunction
from typing import ParamSpec, Protocol, TypeVar, cast, overload

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from api_server.bearer.bearer import BearerCredentials, Stranger
from api_server.bearer.credentials import has_form, refuse_form_token
from api_server.bearer.refusal import InsufficientScope, Refusal

Parameters = ParamSpec("Parameters")
Answer = TypeVar("Answer")
AsyncEndpoint = Callable[Parameters, Awaitable[Answer]]
PlainEndpoint = Callable[Parameters, Answer]


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


def requires(*scopes: str) -> Guard:
    """Guard an endpoint: any accepted token, with all of these scopes.

    The endpoint, a coroutine function or a plain one, takes the Request among its arguments.
    """
    needed = frozenset(scopes)

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
                return auth.challenger.answer(refusal)
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


def _refusal(request: Request, auth: BearerCredentials, needed: frozenset[str]) -> Refusal | None:
    if isinstance(request.user, Stranger):
        return request.user.refusal
    if not needed.issubset(auth.scopes):
        return _insufficient(needed, frozenset(auth.scopes))
    return None


def _credentials(request: Request) -> BearerCredentials:
    auth = request.auth
    if not isinstance(auth, BearerCredentials):
        raise TypeError("requires() needs the app to have Bearer(...).middleware")
    return auth


def _insufficient(needed: frozenset[str], granted: frozenset[str]) -> InsufficientScope:
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
