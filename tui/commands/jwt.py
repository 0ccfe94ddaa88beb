"""`doorkey jwt`: what a JWT says, what is wrong with it, and whether its issuer has signed it."""

import asyncio
import json
import sys
from argparse import Namespace
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Final

from tui.api.jwt_check import (
    Demand,
    NotAJwt,
    key_name,
    not_verified,
    signature_trouble,
    take_apart,
    troubles,
)
from tui.api.jwt_view import HEADER_MEANINGS, MEANINGS, TIMES, JwtView, token_in
from tui.auth.tenant.key_set import KeySet
from tui.auth.tenant.published_keys import fetch_keys, fetch_keys_of_issuer, require_secure
from tui.config.load import load_config
from tui.errors import ConfigInvalid, DoorkeyError, WrongUsage
from tui.json_value import Claims, Json, json_object, moment_in
from tui.moments import full_time, local_now, relative_time
from tui.text import printable, write_line

LARGEST_INPUT_BYTES: Final = 1024 * 1024
"""A token of 64 KiB is refused as too long; no more than this is read to say so."""

LONGEST_SHOWN: Final = 2000
"""Characters of one claim on a terminal; `--json` has the whole."""


class JwtNotVerified(DoorkeyError):
    """The token fails a check: its signature, its times, its issuer or its audience."""

    word = "jwt_not_verified"
    next_step = "Take nothing of it for true. Name its issuer with --issuer, or its keys by --jwks."


SIGNED_BUT_WRONG: Final = (
    "Its signature holds, what it says does not: have its issuer give a token that says it."
)

OF_OTHERS: Final = (
    "Its signature holds, but it is not meant for this audience: get one for it, or correct "
    "--audience."
)


@dataclass(frozen=True, slots=True)
class Keys:
    """Where keys come from: their publisher, for people, and the keys or why there are none."""

    publisher: str
    keys: KeySet | None
    trouble: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found out about one token."""

    view: JwtView | None = field(repr=False)
    troubles: tuple[str, ...]
    key: str = ""
    publisher: str = ""
    is_signed: bool = False

    @property
    def next_step(self) -> str:
        """What to do about the first of the troubles."""
        if not self.is_signed:
            return JwtNotVerified.next_step
        return OF_OTHERS if self.troubles[0].startswith("aud ") else SIGNED_BUT_WRONG

    @property
    def verdict(self) -> str:
        """The first line."""
        if self.troubles:
            return not_verified(self.troubles[0])
        return f"verified: by {self.key} of {self.publisher}"


def jwt(arguments: Namespace) -> int:
    """Say what a JWT is; exit code 0 where it is verified, else 1.

    Raises:
        JwtNotVerified: with `--json`.
        WrongUsage: the file cannot be read or is empty, or an option is wrong.
    """
    for url in (arguments.issuer, _url(arguments.jwks)):
        if url:
            require_secure(url)
    token = token_in(_read_token(arguments.file))
    if not token:
        raise WrongUsage("There is nothing to read. Pass a JWT on stdin, or name a file with one.")
    finding = _finding(token, arguments)
    if arguments.json:
        return _print_json(finding)
    write_line("\n".join(_report(finding)))
    return 1 if finding.troubles else 0


def _finding(token: str, arguments: Namespace) -> Finding:
    try:
        view = take_apart(token)
    except NotAJwt as error:
        return Finding(None, (str(error),))
    issuer, found = asyncio.run(_find_keys(view, arguments))
    said = troubles(view, Demand(issuer, arguments.audience), local_now())
    if found.keys is None:
        return Finding(view, (*said[:1], found.trouble, *said[1:]))
    signature = signature_trouble(token, view, found.keys)
    wrong = (signature, *said) if signature else said
    return Finding(view, wrong, key_name(view), found.publisher, is_signed=not signature)


async def _find_keys(view: JwtView, arguments: Namespace) -> tuple[str | None, Keys]:
    """Return the issuer that the token must have, and the keys to check it with."""
    try:
        if arguments.jwks:
            publisher = arguments.issuer or printable(arguments.jwks)
            return arguments.issuer, Keys(publisher, await _load_keys(arguments.jwks))
        issuer = arguments.issuer or _configured(view, arguments.config)
        if not issuer:
            return None, Keys("", None, _nobody(view))
        return issuer, Keys(printable(issuer), await fetch_keys_of_issuer(issuer))
    except (ConfigInvalid, WrongUsage):
        raise
    except DoorkeyError as error:
        why = printable(error).rstrip(".")
        return arguments.issuer, Keys("", None, f"its issuer's keys cannot be had: {why}")


def _configured(view: JwtView, path: Path | None) -> str:
    """Return the config's issuer where the token claims it, else an empty string."""
    try:
        config = load_config(path)
    except ConfigInvalid:
        if path is not None:
            raise
        return ""  # so the token is read all the same
    return config.issuer if config.issuer == view.issuer else ""


async def _load_keys(named: str) -> KeySet:
    if _url(named):
        return await fetch_keys(named)
    return KeySet(json_object(_read(Path(named))))


def _url(named: str | None) -> str:
    return named if named and "://" in named else ""


def _nobody(view: JwtView) -> str:
    said = printable(view.issuer, 200) or "nobody"
    return f"no keys to check it with; it says to be of {said}: --issuer URL or --jwks FILE|URL"


def _read_token(file: str | None) -> str:
    if file == "":
        raise WrongUsage("The name of the file is empty. Name one, or pass the JWT on stdin.")
    if file not in (None, "-"):
        if file.count(".") == 2 and file.startswith("eyJ"):
            raise WrongUsage(
                "A token does not belong on the command line, where every user of the machine "
                "can read it, and it stays in the shell's history. Pass it on stdin."
            )
        return _read(Path(file)).decode("utf-8", "replace")
    if sys.stdin is None:
        raise WrongUsage("A JWT is read from stdin or a file, and there is neither.")
    if sys.stdin.isatty():
        sys.stderr.write("doorkey: paste a JWT, then Enter and Ctrl-D\n")
    return sys.stdin.buffer.read(LARGEST_INPUT_BYTES).decode("utf-8", "replace")


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(LARGEST_INPUT_BYTES)
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else "no file has such a name"
        raise WrongUsage(
            f"{printable(path, 200)} cannot be read: {why}. Name a file that can, or pass its "
            "text on stdin."
        ) from None


def _print_json(finding: Finding) -> int:
    members = _members(finding)
    if finding.troubles:
        refused = JwtNotVerified(printable(finding.troubles[0]))
        refused.further = members
        refused.next_step = finding.next_step
        raise refused
    write_line(json.dumps(members))
    return 0


def _members(finding: Finding) -> dict[str, Json]:
    view = finding.view
    return {
        "verified": not finding.troubles,
        "key": finding.key,
        "keys_of": finding.publisher,
        "header": dict(view.header) if view else None,
        "claims": dict(view.claims) if view else None,
        "wrong": [printable(each) for each in finding.troubles],
    }


def _report(finding: Finding) -> Iterator[str]:
    yield printable(finding.verdict)
    view = finding.view
    if view is not None:
        now = local_now()
        yield from ("", "header", *_rows(view.header, HEADER_MEANINGS, now))
        yield from ("", "claims", *_rows(view.claims, MEANINGS, now))
    if finding.troubles[1:]:
        yield from ("", "also wrong with it")
        yield from (f"  {printable(each)}" for each in finding.troubles[1:])


def _rows(members: Claims, meanings: Mapping[str, str], now: datetime) -> Iterator[str]:
    width = max((min(len(printable(name)), 20) for name in members), default=0)
    for name, value in members.items():
        shown = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        moment = moment_in(value) if name in TIMES else None
        said = [printable(shown, LONGEST_SHOWN)]
        if moment is not None:
            said.append(f"{full_time(moment, now)}, {relative_time(moment, now)}")
        if name in meanings:
            said.append(f"({meanings[name]})")
        yield f"  {printable(name):<{width}}  {'  '.join(said)}"
