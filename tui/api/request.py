"""What is asked of the API: a method and a path, always of its own origin."""

from dataclasses import dataclass
from typing import Final

from tui.config.memory import AppMemory
from tui.web_address import split_web_address

METHODS: Final = ("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE")

SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})
"""They change nothing (RFC 9110 9.2.1)."""

REPEATED_METHODS: Final = frozenset({"GET", "HEAD"})
"""What may be called without being asked for each time."""

REQUEST_MEMORY: Final = "request"

LONGEST_PATH: Final = 2000
"""Characters, query included; servers refuse longer ones."""


@dataclass(frozen=True, slots=True)
class ApiRequest:
    """One request; the path starts with a slash and may have a query."""

    method: str = "GET"
    path: str = "/api/external"

    @property
    def is_safe(self) -> bool:
        """Whether it changes nothing."""
        return self.method in SAFE_METHODS

    @property
    def may_repeat(self) -> bool:
        """Whether it may be called unasked."""
        return self.method in REPEATED_METHODS


PING: Final = ApiRequest()
"""The quickstart's call."""


def checked_path(origin: str, text: str) -> str:
    """Return `text` as a path of the API at `origin`.

    Raises:
        ValueError: it is none, or leads elsewhere; says why.
    """
    path = text.strip()
    if not path.startswith("/"):
        raise ValueError("a path starts with /")
    if path.startswith("//"):
        raise ValueError("two slashes would lead to another host")
    if "#" in path:
        raise ValueError("a fragment (#) never reaches a server")
    if len(path) > LONGEST_PATH:
        raise ValueError(f"it is longer than {LONGEST_PATH} characters")
    if split_web_address(origin + path).origin != origin:
        raise ValueError(f"it leads away from {origin}")
    return path


def request_from(origin: str, method: object, path: object) -> ApiRequest:
    """Return the request that was remembered; the quickstart's where that makes no sense.

    A method that changes something is not what anybody begins with: its path is read.
    """
    if isinstance(method, str) and method in METHODS and isinstance(path, str):
        try:
            method = method if method in SAFE_METHODS else "GET"
            return ApiRequest(method, checked_path(origin, path))
        except ValueError:
            return PING
    return PING


def remember_request(memory: AppMemory, origin: str, request: ApiRequest) -> None:
    """Keep what is called at this origin, but no method that changes something."""
    method = request.method if request.is_safe else "GET"
    memory.set(REQUEST_MEMORY, {"origin": origin, "method": method, "path": request.path})


def remembered_request(memory: AppMemory, origin: str) -> ApiRequest:
    """Return what was last called at this origin, else the quickstart's call."""
    members = memory.get(REQUEST_MEMORY)
    if not isinstance(members, dict) or members.get("origin") != origin:
        return PING
    return request_from(origin, members.get("method"), members.get("path"))
