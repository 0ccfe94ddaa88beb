"""What `doorkey call` is asked to send: checked before anything is sent."""

import os
import sys
from argparse import Namespace
from collections.abc import Iterator
from typing import Final

from tui.api.request import (
    BODYLESS_METHODS,
    METHODS,
    TOKEN,
    ApiRequest,
    Header,
    OtherOrigin,
    checked_header,
    path_from,
)
from tui.api.upload import Upload, upload_from
from tui.config.load import Config
from tui.config.paths import shown
from tui.errors import WrongUsage
from tui.text import printable, shortened

LONGEST_METHOD: Final = 30

FORBIDDEN: Final = frozenset({"CONNECT", "TRACE"})
"""CONNECT is for proxies alone; TRACE would send the token back (RFC 9110 9.3.8)."""


def requested(config: Config, arguments: Namespace) -> ApiRequest:
    """Return the request that the arguments describe, without its body.

    Raises:
        WrongUsage: an argument is wrong; says which, and what was expected.
    """
    headers = tuple(_header(each) for each in arguments.header)
    method = _method(arguments.method)
    if not arguments.any_method:
        _refuse_slip(method)
    return ApiRequest(method, _path(config, arguments.target), headers)


def open_upload(data: str | None, request: ApiRequest) -> Upload | None:
    """Return the body that `-d` names, or None where there is none; a file is open from now on.

    Raises:
        WrongUsage: the file cannot be read.
    """
    if data is None:
        return None
    if not data.startswith("@"):
        return Upload(data.encode("utf-8", "surrogateescape"))
    look = not any(name.lower() == "content-type" for name, _ in request.headers)
    name = data[1:]
    try:
        if name == "-":
            return upload_from(sys.stdin.fileno(), look=look)
        return upload_from(os.open(name, os.O_RDONLY | getattr(os, "O_BINARY", 0)), look=look)
    except (OSError, AttributeError) as error:  # a closed stdin is None
        why = getattr(error, "strerror", None) or "it is closed"
        where = "stdin" if name == "-" else printable(name)
        raise WrongUsage(
            f"-d: {where} cannot be read ({why}). Name a file that can, as @FILE, or give the "
            "body itself."
        ) from None


def remarks(request: ApiRequest, upload: Upload | None) -> Iterator[str]:
    """Yield what may be a mistake in a body, which is sent as it is all the same."""
    if upload is None:
        return
    if request.method in BODYLESS_METHODS:
        yield f"The body is sent with {request.method}, as you asked; most APIs ignore it there."
    types = [value.lower() for name, value in request.headers if name.lower() == "content-type"]
    if upload.is_broken_json and all("json" in each for each in types):
        yield "The body looks like JSON, but is not valid: it is sent as you wrote it."


def _method(text: str) -> str:
    method = text.upper()
    if len(method) > LONGEST_METHOD or not TOKEN.fullmatch(method) or method in FORBIDDEN:
        raise WrongUsage(
            f"{printable(shortened(text, LONGEST_METHOD))} is no method that can be called. "
            "Name one such as GET or POST, then the path."
        )
    return method


def _refuse_slip(method: str) -> None:
    """Raise WrongUsage for what is one letter away from a usual method: an API gets no slips."""
    meant = [known for known in METHODS if _is_one_slip(method, known)]
    if method not in METHODS and meant:
        raise WrongUsage(
            f"{method} is no usual method. Did you mean {' or '.join(meant)}? If not, add "
            "--any-method to send it as it is."
        )


def _is_one_slip(given: str, known: str) -> bool:
    """Whether a letter was added, left out or changed, or two neighbours were swapped."""
    same = next((at for at in range(len(known)) if given[at : at + 1] != known[at]), len(known))
    found, meant = given[same:], known[same:]
    return (
        found[1:] == meant
        or found == meant[1:]
        or found[1:] == meant[1:]
        or (found[:2] == meant[1::-1] and found[2:] == meant[2:])
    )


def _path(config: Config, target: str) -> str:
    try:
        return path_from(config.api_url, target)
    except OtherOrigin as error:
        raise WrongUsage(
            f"{printable(error)}. Change `apiUrl` in {printable(shown(config.path))}, or name "
            "another config with --config."
        ) from None
    except ValueError as error:
        raise WrongUsage(f"{printable(target)} cannot be called: {error}.") from None


def _header(text: str) -> Header:
    try:
        return checked_header(text)
    except ValueError as error:
        raise WrongUsage(f"-H: {error}.") from None
