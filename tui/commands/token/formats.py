"""The formats of `doorkey token` that answer no request: what is printed in each."""

import json
import os
import re
import sys
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Final, NamedTuple

from tui.errors import TenantMisbehaved, WrongUsage
from tui.text import printable, shortened

EXEC_GROUP: Final = "client.authentication.k8s.io"
EXEC_VERSIONS: Final = (f"{EXEC_GROUP}/v1", f"{EXEC_GROUP}/v1beta1")
"""Of Kubernetes' ExecCredential, the latest first; both have what is said here."""

EXEC_VARIABLE: Final = "KUBERNETES_EXEC_INFO"

HARMLESS: Final = re.compile(r"[A-Za-z0-9._+/=-][A-Za-z0-9._+/=~-]*")
"""A token (b64token of RFC 6750 2.1) in which no shell finds anything to do: `~` first would be
somebody's home folder."""


class Grant(NamedTuple):
    """What is handed out. It holds a secret: never print it as it is."""

    token: str
    expires_at: datetime
    scope: str = ""
    """The scopes granted; empty where the tenant does not say."""
    token_type: str = "Bearer"  # noqa: S105 - a type, not a token
    is_id_token: bool = False

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
    if grant.is_id_token:
        return json.dumps({"id_token": grant.token, "expires_at": grant.expiry})
    return json.dumps(
        {
            "access_token": grant.token,
            "token_type": grant.token_type,
            "expires_at": grant.expiry,
            "scope": grant.scope,
        }
    )


def env(grant: Grant) -> str:
    """Return an assignment, for `eval` and `--env-file`, which know no common way to quote.

    Raises:
        TenantMisbehaved: a shell would not take the token as it is.
    """
    if not HARMLESS.fullmatch(grant.token):
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
            f"{EXEC_VARIABLE} asks for {shortened(printable(version), 80) or 'no version'}; "
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
        sys.stdout.write(text + "\n")
        sys.stdout.flush()
    return 0


PRINTED: Final[Mapping[str, Callable[[Grant], str]]] = {
    "token": bare,
    "json": as_json,
    "header": header,
    "env": env,
    "exec-credential": exec_credential,
}
