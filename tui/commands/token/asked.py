"""What `doorkey token` is asked for: the format, and what goes with it and what does not."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final, NamedTuple

from tui.errors import WrongUsage

GIT: Final = "git-credential"
HELPER: Final = "credential-helper"

FORMATS: Final = ("token", "json", "header", "env", "exec-credential", GIT, HELPER)

OPERATIONS: Final = (GIT, HELPER)
"""The formats whose caller says what is to be done, behind all that its own settings say."""


class Asked(NamedTuple):
    """One command line of `doorkey token`."""

    format: str = "token"
    operation: str = ""
    id_token: bool = False
    min_validity: timedelta | None = None

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
    """Return `asked`; raise WrongUsage where its parts do not go together."""
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
