"""Configs: one to hand over, and the members of a file whose servers nobody reaches."""

import json
from pathlib import Path
from typing import Final

from tui.config.load import Config
from tui.config.paths import profile_path

CONFIG: Final = Config(
    domain="tenant.example",
    client_id="the-client",
    audience="https://api.example",
    api_url="https://api.example",
    redirect_uris=("http://127.0.0.1:0/callback",),
)

UNREACHABLE: Final = {
    "domain": "127.0.0.1:9",
    "clientId": "the-client",
    "audience": "the-api",
    "apiUrl": "http://127.0.0.1:9",
}
"""Port 9 is discard: nothing listens there."""


def write_config(folder: Path, **members: object) -> Path:
    """Write a config of `UNREACHABLE` and what is given over it; return its path."""
    path = folder / "auth_config.json"
    path.write_text(json.dumps(UNREACHABLE | members))
    return path


def write_profile(name: str, **members: object) -> Path:
    """Write such a config under a profile's name; return its path."""
    path = profile_path(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(UNREACHABLE | members))
    return path
