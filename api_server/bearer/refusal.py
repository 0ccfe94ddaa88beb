"""Why a request is refused, and what it is answered.

    Refusal
    ├── NoCredentialsError       401, no error code (RFC 6750 3.1)
    ├── InvalidRequestError      400 invalid_request
    │   ├── TokenTooLongError    431
    │   ├── FormTooLargeError    413
    │   └── FormTimeoutError     408
    ├── InvalidTokenError        401 invalid_token
    ├── InsufficientScopeError   403 insufficient_scope
    └── IssuerUnavailableError   503 temporarily_unavailable; not the caller's fault

Each message says what was expected and what came. It goes into a header and is read by people:
nothing secret in it.
"""

from typing import ClassVar, Final

SHORTEST_RETRY_SECONDS: Final = 1
"""Retry-After counts in whole seconds."""


class Refusal(Exception):
    """A request that gets no answer but why."""

    status: ClassVar[int]
    error: ClassVar[str | None]

    def __init__(self, description: str) -> None:
        super().__init__(description)
        self.description = description


class NoCredentialsError(Refusal):
    """The request came without a bearer token."""

    status = 401
    error = None


class InvalidRequestError(Refusal):
    """The token came in a way that is malformed or not allowed."""

    status = 400
    error = "invalid_request"


class TokenTooLongError(InvalidRequestError):
    """The token is longer than any real one."""

    status = 431


class FormTooLargeError(InvalidRequestError):
    """The form is longer than it may be to be looked through for a token."""

    status = 413


class FormTimeoutError(InvalidRequestError):
    """The form came too slowly."""

    status = 408


class InvalidTokenError(Refusal):
    """The token is not one that this API accepts."""

    status = 401
    error = "invalid_token"


class InsufficientScopeError(Refusal):
    """The token is fine, and not meant for this."""

    status = 403
    error = "insufficient_scope"

    def __init__(self, needed: str, description: str) -> None:
        super().__init__(description)
        self.needed = needed
        """The scopes that the route needs, with spaces between."""


class IssuerUnavailableError(Refusal):
    """The issuer's keys are not known and cannot be had now."""

    status = 503
    error = "temporarily_unavailable"

    def __init__(self, description: str, retry_after_seconds: float) -> None:
        super().__init__(description)
        self.retry_after_seconds = max(SHORTEST_RETRY_SECONDS, round(retry_after_seconds))
