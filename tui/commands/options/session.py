"""What the commands about the session take, and those that stay and serve."""

from argparse import ArgumentParser

from tui.commands.options.values import json_option, port, seconds
from tui.commands.token.formats import FORMATS


def token_options(token: ArgumentParser) -> None:
    """Describe what `doorkey token` takes."""
    token.add_argument(
        "--min-validity",
        type=seconds,
        metavar="SECONDS",
        help="renew a token with less than this left (default 60)",
    )
    token.add_argument(
        "--format",
        choices=FORMATS,
        default="token",
        metavar="FORMAT",
        help="token: itself alone (default); header: a line for curl -H @-; json; env: an "
        "assignment; or what kubectl (exec-credential), git (git-credential), or bazel "
        "(credential-helper) take",
    )
    token.add_argument(
        "--for", nargs=2, metavar=("METHOD", "URL"), dest="request",
        help="with --format header: the headers of one request to the API, for a bound token, too",
    )  # fmt: skip
    token.add_argument(
        "--nonce",
        help="with --for, where the API demands one of bound tokens: what its refusal says in the "
        "header DPoP-Nonce",
    )
    token.add_argument(
        "--id-token", action="store_true", help="the ID token instead of the access token"
    )
    token.add_argument(
        "--json", dest="format", action="store_const", const="json",
        help="the same as --format json; a failure is JSON, too",
    )  # fmt: skip
    token.add_argument(
        "operation", nargs="?", default="", metavar="OPERATION",
        help="get, store or erase: git and bazel add it themselves",
    )  # fmt: skip


def jwt_options(command: ArgumentParser) -> None:
    """Describe what `doorkey jwt` takes: never a token, which others could read there."""
    command.add_argument(
        "file", nargs="?", metavar="FILE", help="where the JWT is; stdin for - or without it"
    )
    command.add_argument(
        "--issuer", metavar="URL", help="whose it must be; its keys are fetched by discovery"
    )
    command.add_argument("--jwks", metavar="FILE|URL", help="the keys to check it with")
    command.add_argument("--audience", help="whom it must be meant for")
    json_option(command)


def status_options(status: ArgumentParser) -> None:
    """Describe what `doorkey status` takes."""
    json_option(status)


def logout_options(logout: ArgumentParser) -> None:
    """Describe what `doorkey logout` takes."""
    json_option(logout)
    logout.add_argument("--local", action="store_true", help="leave the browser alone")


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
