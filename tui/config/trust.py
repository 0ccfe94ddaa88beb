"""Whether a config may be used that only lies in the folder one is in: asked once, by its hash.

Such a file may have come with a repository that was just cloned, and send a known API's token to an
address of its own. A config that is named, that lies in one's own config folder, or that leads to
this machine alone needs no question.
"""

import os
from pathlib import Path
from typing import Final

from tui.config.paths import lies_in_this_folder, shown, state_dir
from tui.errors import ConfigInvalid, ConfigUntrusted
from tui.private_file import DigestFile
from tui.text import printable
from tui.web_address import split_web_address

TRUST_VARIABLE: Final = "DOORKEY_TRUST"

FILE_NAME: Final = "trusted-configs"
"""In the state folder. What cannot be read there is asked once more."""

MOST_REMEMBERED: Final = 1000

LONGEST_SHOWN: Final = 300
"""Characters of an address or an audience: a question must not be scrolled away, and a host not be
cut, whose end tells whose it is. It has 253 at most (RFC 1035 2.3.4)."""


def is_trusted(path: Path, text: str, issuer: str, api_url: str) -> bool:
    """Return whether the config `text`, found at `path`, may be used without a question.

    Raises:
        ValueError: `issuer` or `api_url` is no web address.
    """
    is_local = all(split_web_address(each).is_loopback for each in (issuer, api_url))
    if is_local or os.environ.get(TRUST_VARIABLE) == "1" or not lies_in_this_folder(path):
        return True
    return text in DigestFile(state_dir() / FILE_NAME, MOST_REMEMBERED)


def require_trust(path: Path, text: str, *, issuer: str, audience: str, api_url: str) -> None:
    """Raise ConfigUntrusted, with the question to ask, unless the config may be used."""
    if is_trusted(path, text, issuer, api_url):
        return
    facts = (
        f"It signs you in at {_fact(issuer)}\n"
        f"and sends tokens for {_fact(audience)}\n"
        f"to {_fact(api_url)}"
    )
    raise ConfigUntrusted(
        f"{shown(path)} lies in the folder that you are in, and was never used before.\n{facts}.\n"
        f"If that is what you want, say so once with --trust, or set {TRUST_VARIABLE}=1.",
        question=f"{shown(path)} was never used before. Whoever wrote it decides:\n{facts}.\n"
        "Use it? [y/N] ",
        text=text,
    )


def remember_trust(text: str) -> None:
    """Remember that the config `text` may be used.

    Raises:
        ConfigInvalid: that cannot be written down.
    """
    path = state_dir() / FILE_NAME
    try:
        DigestFile(path, MOST_REMEMBERED).add(text)
    except OSError as error:
        raise ConfigInvalid(
            f"{shown(path)} cannot be written: {error.strerror}. Set {TRUST_VARIABLE}=1 instead."
        ) from None


def _fact(text: str) -> str:
    return printable(text, LONGEST_SHOWN)
