"""What the commands take that call the API, and those that stay and serve."""

import shlex
from argparse import ArgumentParser, ArgumentTypeError, RawDescriptionHelpFormatter
from typing import Final

from tui.commands.options.values import json_option, port
from tui.text import printable

EXAMPLES: Final = """\
examples:
  doorkey call GET /api/external
  doorkey call POST /api/messages -d '{"text": "hello"}'
  doorkey call PUT /api/report -d @report.json -o answer.json
  producer | doorkey call POST /api/events -H "Content-Type: text/csv" -d @-

A 4xx or 5xx is exit code 3, with its body on stdout and the reason on stderr.
Redirects are not followed. Where the API says invalid_token, the token is
renewed and the call made again, once, if its body can be sent again."""

LONGEST_PATH: Final = 200
"""Characters of a path that an error repeats."""

BODY: Final = "DATA|@FILE|@-"


def call_options(call: ArgumentParser) -> None:
    """Describe what `doorkey call` takes."""
    call.formatter_class = RawDescriptionHelpFormatter
    call.epilog = EXAMPLES
    call.add_argument("method", metavar="METHOD", type=_method, help="GET, POST, ...")
    call.add_argument(
        "target", metavar="PATH|URL", help="a path below apiUrl, or a whole URL of its origin"
    )
    call.add_argument(
        "-H", "--header",
        action="append", default=[], metavar="NAME:VALUE",
        help="a header to send; as often as needed",
    )  # fmt: skip
    call.add_argument(
        "-d", "--data", metavar=BODY,
        help="the body: itself, a file's or stdin's, to the letter; its type is recognised "
        "where no Content-Type is given",
    )  # fmt: skip
    call.add_argument(
        "-i", "--include", action="store_true", help="print status and headers before the body"
    )
    call.add_argument(
        "-o", "--output", metavar="FILE",
        help="write the body of a success to a file, whole or not at all",
    )  # fmt: skip
    call.add_argument(
        "--any-method", action="store_true",
        help="send METHOD as it is, also where it looks like a slip of a usual one",
    )  # fmt: skip
    json_option(call)


def _method(text: str) -> str:
    """Return it; a path in its place is told, where argparse would miss the path."""
    if text.startswith(("/", "http://", "https://")):
        path = printable(shlex.quote(text), LONGEST_PATH)
        raise ArgumentTypeError(f"it is missing before the path: doorkey call GET {path}")
    return text


def proxy_options(proxy: ArgumentParser) -> None:
    """Describe what `doorkey proxy` takes."""
    proxy.add_argument(
        "--listen",
        metavar="HOST:PORT",
        help="where on loopback; without it 127.0.0.1 and any free port",
    )


def web_options(web: ArgumentParser) -> None:
    """Describe what `doorkey web` takes."""
    web.add_argument(
        "--port", type=port, metavar="PORT", help="on loopback (default 8000; 0 is any free one)"
    )
