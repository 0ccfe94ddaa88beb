"""What `doorkey token` is asked for, and what it prints in the formats that answer no request."""

import json
import os
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final, Literal, NamedTuple

from tui.errors import TenantMisbehaved, WrongUsage
from tui.text import printable, write_line

GIT: Final = "git-credential"
HELPER: Final = "credential-helper"

FORMATS: Final = ("token", "json", "header", "env", "exec-credential", GIT, HELPER)

OPERATIONS: Final = (GIT, HELPER)
"""The formats whose caller appends an operation, such as `get`, to the command line."""

EXEC_GROUP: Final = "client.authentication.k8s.io"
EXEC_VERSIONS: Final = (f"{EXEC_GROUP}/v1", f"{EXEC_GROUP}/v1beta1")
"""Of Kubernetes' ExecCredential, the latest first; both have the members that are written."""

EXEC_VARIABLE: Final = "KUBERNETES_EXEC_INFO"

HARMLESS: Final = r"[A-Za-z0-9._+/=-][A-Za-z0-9._+/=~-]*"
"""A token (b64token of RFC 6750 2.1) in which no shell finds anything to do: `~` first would be
somebody's home folder."""


class Asked(NamedTuple):
    """One command line of `doorkey token`."""

    format: str = "token"
    operation: str = ""
    id_token: bool = False
    min_validity: timedelta | None = None
    request: tuple[str, str] | None = None
    """Method and URL that the headers are for."""
    nonce: str | None = None
    """What the API wants to find in the proof among them (RFC 9449 9)."""

    @property
    def needs_nothing(self) -> bool:
        """Whether it is one of git's operations for which nothing is to be done.

        `store` is one, and whatever git may come to say: gitcredentials(7) has a helper ignore it.
        """
        return self.format == GIT and self.operation not in ("get", "erase")


def asked_in(words: Sequence[str]) -> Asked | None:
    """Read an ordinary command line without argparse; None where that is needed.

    Raises:
        WrongUsage: what is asked for does not go together.
    """
    asked = Asked()
    words = list(words)
    while words:
        word = words.pop(0)
        if word == "--id-token":
            asked = asked._replace(id_token=True)
        elif word == "--format" and words:
            asked = asked._replace(format=words.pop(0))
        elif word.startswith("--format="):
            asked = asked._replace(format=word.partition("=")[2])
        elif not word.startswith("-") and not asked.operation:
            asked = asked._replace(operation=word)
        else:
            return None
    if asked.format not in FORMATS:
        return None
    return checked(asked)


def checked(asked: Asked) -> Asked:
    """Return `asked`; raise WrongUsage where its options exclude one another."""
    if asked.nonce is not None and asked.request is None:
        raise WrongUsage("--nonce goes with --for METHOD URL only.")
    if asked.request is not None and (asked.format != "header" or asked.id_token):
        raise WrongUsage("--for goes with --format header, and with access tokens only.")
    if asked.format not in OPERATIONS:
        if asked.operation:
            raise WrongUsage(
                f"{asked.operation} goes with --format {GIT} or {HELPER} only. Leave it out."
            )
        return asked
    if asked.id_token:
        raise WrongUsage(
            f"--format {asked.format} answers for apiUrl, which takes access tokens. "
            "Leave --id-token out, or take another format."
        )
    if not asked.operation:
        raise WrongUsage(
            f"--format {asked.format} needs an operation, such as get, behind it: "
            "whoever runs it as a helper adds one."
        )
    if asked.format == HELPER and asked.operation != "get":
        raise WrongUsage(f"--format {HELPER} knows the operation get only, not this one.")
    return asked


Shortfall = Literal["not_asked", "not_renewable", "not_renewed", "no_more"]
"""Why a token has less time left than was asked for."""


class Grant(NamedTuple):
    """The token that is handed out, and what is said of it. Never print it as it is."""

    token: str
    expires_at: datetime
    scope: str = ""
    """The scopes granted; empty where the tenant does not say."""
    token_type: str = "Bearer"  # noqa: S105 - a type, not a token
    is_id_token: bool = False
    shortfall: Shortfall | None = None

    @property
    def authorization(self) -> str:
        """The value of the Authorization header."""
        return f"{self.token_type} {self.token}"

    @property
    def expiry(self) -> str:
        """When it expires, as RFC 3339, in whole seconds and never later than it does."""
        return self.expires_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def bare(grant: Grant) -> str:
    """Return the token alone."""
    return grant.token


def header(grant: Grant) -> str:
    """Return the header, for `curl -H @-`, which keeps it out of the list of processes."""
    return f"Authorization: {grant.authorization}"


def as_json(grant: Grant) -> str:
    """Return one JSON object, with the names of RFC 6749 5.1 (docs/schemas/token.json)."""
    less = {"shortfall": grant.shortfall} if grant.shortfall else {}
    if grant.is_id_token:
        return json.dumps({"id_token": grant.token, "expires_at": grant.expiry, **less})
    return json.dumps(
        {
            "access_token": grant.token,
            "token_type": grant.token_type,
            "expires_at": grant.expiry,
            "scope": grant.scope,
            **less,
        }
    )


def env(grant: Grant) -> str:
    """Return an assignment, for `eval` and `--env-file`, which know no common way to quote.

    Raises:
        TenantMisbehaved: a shell would not take the token as it is.
    """
    if not re.fullmatch(HARMLESS, grant.token):
        raise TenantMisbehaved(
            "The tenant's token has characters that a shell would act on; letters, digits and "
            "- . _ ~ + / are expected (RFC 6750 2.1). Take it with --format token."
        )
    name = "DOORKEY_ID_TOKEN" if grant.is_id_token else "DOORKEY_ACCESS_TOKEN"
    return f"{name}={grant.token}"


def exec_credential(grant: Grant, environ: Mapping[str, str] = os.environ) -> str:
    """Return an ExecCredential, in the version that `KUBERNETES_EXEC_INFO` asks for.

    Raises:
        WrongUsage: that is neither v1 nor v1beta1.
    """
    asked = environ.get(EXEC_VARIABLE)
    version = EXEC_VERSIONS[0] if not asked else _version_in(asked)
    if version not in EXEC_VERSIONS:
        raise WrongUsage(
            f"{EXEC_VARIABLE} asks for {printable(version, 80) or 'no version'}; "
            f"set apiVersion: {EXEC_VERSIONS[0]} under `exec` in the kubeconfig."
        )
    status = {"token": grant.token, "expirationTimestamp": grant.expiry}
    return json.dumps({"apiVersion": version, "kind": "ExecCredential", "status": status})


def _version_in(text: str) -> str:
    try:
        return str(json.loads(text)["apiVersion"])
    except (LookupError, RecursionError, TypeError, ValueError):
        return ""


def write(text: str) -> int:
    """Print what was asked for, if anything."""
    if text:
        write_line(text)
    return 0


PRINTED: Final[Mapping[str, Callable[[Grant], str]]] = {
    "token": bare,
    "json": as_json,
    "header": header,
    "env": env,
    "exec-credential": exec_credential,
}
