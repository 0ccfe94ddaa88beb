"""A line for a shell that makes a call with curl; the token is asked for whenever it is run."""

import re
import shlex
from typing import TYPE_CHECKING, Final

from tui.api.request import ApiRequest
from tui.text import printable

if TYPE_CHECKING:
    from tui.config.load import Config

LEFT_OUT: Final = "VALUE-LEFT-OUT"
"""Stands for a header's value that was not kept."""

GLOBBED: Final = re.compile(r"[\[\]{}]")
"""What curl would take for several addresses in one."""

SPECIAL: Final = frozenset("\\%'!")
"""Of ASCII, what printf or the quotes around it would not leave as it is."""


def curl_line(config: "Config", request: ApiRequest) -> str:
    """Return a command that makes the call by hand.

    The token is not in it: the shell asks for one that is valid each time it is run, so the line
    can be kept, shared and run tomorrow. It goes by a pipe, because others can read arguments.

    Raises:
        ValueError: the body has a NUL, or is no text: no command line can hold it.
    """
    words = ["doorkey token", "--config", _quoted(str(config.path.absolute())), "--format header"]
    if config.dpop:  # a bound token needs a proof for this very request
        words += ["--for", request.method, _quoted(request.path)]
    return " ".join([*words, "|", *_curl(config.api_url, request)])


def _curl(origin: str, request: ApiRequest) -> list[str]:
    words = ["curl -sS", *_method(request), "-H @-"]
    for name, value in request.headers_sent.items():
        words.append(f"-H {_quoted(f'{name}: {value or LEFT_OUT}')}")
    if request.body_sent:
        words.append(f"--data-raw {_quoted(_text(request.body))}")
    if GLOBBED.search(request.path):
        words.append("-g")
    return [*words, _quoted(origin + request.path)]


def _method(request: ApiRequest) -> list[str]:
    if request.method == "HEAD":
        return ["--head"]  # with -X HEAD, curl would wait for a body that never comes
    by_itself = "POST" if request.body_sent else "GET"
    return [] if request.method == by_itself else [f"-X {request.method}"]


def _text(body: bytes) -> str:
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        text = "\0"
    if "\0" in text:
        raise ValueError("The body is not text: no command line can hold it.")
    return text


def _quoted(text: str) -> str:
    """Return `text` as one word of a shell that cannot steer the terminal it is pasted into.

    What is no plain text goes through printf, by its octal numbers (POSIX): an ESC in quotes
    would end a bracketed paste, and the rest would be run.
    """
    if all(_is_plain(character) for character in text):
        return shlex.quote(text)
    core = text.rstrip("\n")  # which $(...) would take off
    return f"\"$(printf '{''.join(map(_octal, core))}')" + text[len(core) :] + '"'


def _is_plain(character: str) -> bool:
    return character == "\n" or (character == printable(character) and bool(character))


def _octal(character: str) -> str:
    if _is_plain(character) and character not in SPECIAL:
        return character
    return "".join(f"\\{byte:03o}" for byte in character.encode("utf-8", "surrogateescape"))
