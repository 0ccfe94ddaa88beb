"""The tenant's refusals, in the words of the standards (RFC 6749 4.1.2.1 and 5.2)."""

from http import HTTPStatus

from starlette.responses import JSONResponse


class OAuthError(Exception):
    """A refusal with a registered `error` code that a program can read."""

    def __init__(
        self, error: str, description: str, status: HTTPStatus = HTTPStatus.BAD_REQUEST
    ) -> None:
        super().__init__(f"{error}: {description}")
        self.error = error
        self.description = description
        self.status = status

    def response(self) -> JSONResponse:
        """Answer as the token endpoint does (RFC 6749 5.2)."""
        body = {"error": self.error, "error_description": self.description}
        return JSONResponse(body, self.status, {"Cache-Control": "no-store"})


class PageError(Exception):
    """A refusal that only a person can read: it is shown, and nobody is redirected."""

    def __init__(
        self, title: str, advice: str, status: HTTPStatus = HTTPStatus.BAD_REQUEST
    ) -> None:
        super().__init__(f"{title}: {advice}")
        self.title = title
        self.advice = advice
        self.status = status
