"""`doorkey --version`, and with `-v` what a report of a bug needs beside it."""

import platform
import sys
from importlib.metadata import version
from typing import Final

PACKAGES: Final = ("textual", "httpx", "cryptography")
"""Whose version decides how the terminal, the network and the seal behave."""


def version_text(*, verbose: bool) -> str:
    """Return what is told of this installation; it holds nothing of its owner."""
    line = f"doorkey {version('doorkey')}\n"
    if not verbose:
        return line
    facts = {
        "python": f"{platform.python_version()} ({platform.python_implementation()})",
        **{name: version(name) for name in PACKAGES},
        "keyring": f"{version('keyring')}, {_keyring_backend()}",
        "platform": f"{platform.platform()}, {sys.platform}",
    }
    return line + "".join(f"{name:<12}  {said}\n" for name, said in facts.items())


def _keyring_backend() -> str:
    import keyring  # 40 ms, and asks the system what it has

    backend = type(keyring.get_keyring())
    return f"{backend.__module__}.{backend.__qualname__}"
