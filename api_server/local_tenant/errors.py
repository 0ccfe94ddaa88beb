"""What the local tenant raises.

Exception
├── RequestRefused      a program is told, with a registered `error` code
├── BrowserStopped      a person is told on a page, and nobody is redirected
├── TokenInvalid        a JWT is not one of this tenant
└── DatabaseUnusable    the state folder or its file cannot be used
"""

from http import HTTPStatus

from starlette.responses import JSONResponse


class RequestRefused(Exception):
    """A refusal in the words of RFC 6749 4.1.2.1 and 5.2."""

    def __init__(
        self, error: str, description: str, status: HTTPStatus = HTTPStatus.BAD_REQUEST
    ) -> None:
        super().__init__(f"{error}: {description}")
        self.error = error
        self.description = description
        self.status = status

    def response(self) -> JSONResponse:
        """Return the answer of the token endpoint (RFC 6749 5.2)."""
        body = {"error": self.error, "error_description": self.description}
        return JSONResponse(body, self.status)


class BrowserStopped(Exception):
    """A refusal shown to the person, because nobody may be sent to the address that was given."""

    def __init__(
        self, title: str, advice: str, status: HTTPStatus = HTTPStatus.BAD_REQUEST
    ) -> None:
        super().__init__(f"{title}: {advice}")
        self.title = title
        self.advice = advice
        self.status = status


class TokenInvalid(Exception):
    """A JWT that this tenant did not sign, or that is of another type."""


class DatabaseUnusable(Exception):
    """The database cannot be used; the message names the file and says what to do."""
