"""What the commands about a session and its tokens take.

The help of `doorkey login` names the callback URLs that the tenant must allow.
"""

import argparse
from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path
from typing import Final

from tui.commands.options.values import json_option, seconds, whole_seconds
from tui.commands.token.formats import FORMATS
from tui.config.keys import allowed
from tui.config.load import Config, load_config
from tui.errors import DoorkeyError
from tui.text import printable

WITHOUT_DEVICE: Final = ("prompt", "login_hint", "acr_values", "connection", "organization")
"""Parameters of the authorization request; a device request has none of them (RFC 8628 3.1)."""


def login_options(login: argparse.ArgumentParser) -> None:
    """Describe what `doorkey login` takes; it must have been made without a help of its own."""
    login.formatter_class = argparse.RawDescriptionHelpFormatter
    login.add_argument(
        "-h", "--help", action=_HelpAction, nargs=0, help="show this help message and exit"
    )
    way = login.add_mutually_exclusive_group()
    way.add_argument("--device", action="store_true", help="with a code, on another device")
    way.add_argument(
        "--paste",
        action="store_true",
        help="in a browser on another machine; paste the address that it ends at",
    )
    login.add_argument(
        "--no-browser", action="store_true", help="only print the address; open it yourself"
    )
    json_option(login)
    asked = login.add_argument_group("what to ask the tenant for")
    asked.add_argument("--scope", default="", help="scopes instead of the config's")
    asked.add_argument("--prompt", default="", help="login, consent, select_account, ...")
    asked.add_argument("--login-hint", default="", metavar="HINT", help="who is about to sign in")
    asked.add_argument(
        "--max-age", type=whole_seconds, metavar="SECONDS", help="sign in anew unless that recent"
    )
    asked.add_argument("--acr-values", default="", metavar="ACR", help="how to sign in")
    asked.add_argument("--connection", default="", help="where the account is (Auth0)")
    asked.add_argument("--organization", default="", help="which organization (Auth0)")


def not_for_device(arguments: argparse.Namespace) -> str:
    """Return the first option that cannot go with `--device`, or an empty string."""
    names = [name for name in WITHOUT_DEVICE if getattr(arguments, name)]
    return f"--{names[0].replace('_', '-')}" if names else ""


def callback_text(config: Path | None) -> str:
    """Return the callback URLs that the tenant must allow: the config's, else the usual ones."""
    uris, client = _callbacks(config)
    lines = "\n".join(f"  {uri}" for uri in allowed(uris))
    return (
        f"callback URLs that the tenant must allow{client}:\n{lines}\n"
        "(Auth0: Applications, Settings, Allowed Callback URLs; separated by commas.)"
    )


def _callbacks(path: Path | None) -> tuple[Sequence[str], str]:
    try:
        config = load_config(path)
    except DoorkeyError:
        usual = next(field for field in fields(Config) if field.name == "redirect_uris")
        uris: Sequence[str] = usual.default  # type: ignore[assignment] # the tuple that it is
        return uris, ""
    return config.redirect_uris, f" for the client {printable(config.client_id)}"


def token_options(token: argparse.ArgumentParser) -> None:
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


def jwt_options(command: argparse.ArgumentParser) -> None:
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


def status_options(status: argparse.ArgumentParser) -> None:
    """Describe what `doorkey status` takes."""
    json_option(status)


def logout_options(logout: argparse.ArgumentParser) -> None:
    """Describe what `doorkey logout` takes."""
    json_option(logout)
    logout.add_argument("--local", action="store_true", help="leave the browser alone")


class _HelpAction(argparse.Action):
    """Looks for the config only when help is asked for."""

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: object,
        option_string: str | None = None,
    ) -> None:
        parser.epilog = callback_text(namespace.config_for_help)
        parser.print_help()
        parser.exit()
