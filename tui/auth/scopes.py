"""What was asked for beside what was granted, and how to ask for more."""

from collections.abc import Iterable
from typing import Final

UNLISTED: Final = frozenset({"openid", "profile", "email", "address", "phone", "offline_access"})
"""Tenants that list only the API's scopes leave these out; what they bring is seen elsewhere."""

ALL_ALLOWED: Final = "/.default"
"""At Entra ID, the end of a scope for whatever is allowed of one API; what that is gets listed."""


def missing_scopes(asked: str, granted: str) -> list[str]:
    """Return what was asked for and not granted (RFC 6749 3.3), as far as the tenant says."""
    known = UNLISTED | {*granted.split()}
    return [
        scope
        for scope in asked.split()
        if granted and scope not in known and not scope.endswith(ALL_ALLOWED)
    ]


def joined_scopes(scope: str, more: Iterable[str]) -> str:
    """Return `scope` with `more` behind it, each once.

    Entra ID refuses `.default` beside another scope of the same API, which it stands for already
    (AADSTS70011).
    """
    named = scope.split()
    whole = tuple(each.removesuffix(".default") for each in named if each.endswith(ALL_ALLOWED))
    further = (each for each in more if not each.startswith(whole))
    return " ".join(dict.fromkeys((*named, *further)))
