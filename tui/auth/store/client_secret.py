"""A client's secret in the system's keyring: kept, found again, forgotten."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from tui.auth.store.sealing import KeyKeeper, KeyUnavailable
from tui.config.keys import IN_KEYRING
from tui.config.write import write_config
from tui.errors import ConfigInvalid, StoreFailed

if TYPE_CHECKING:
    from tui.config.load import Config
    from tui.json_value import Json


def write_with_secret(
    path: Path, members: Mapping[str, "Json"], secret: str, keys: KeyKeeper, *, replace: bool
) -> tuple["Config", str]:
    """Write a config, and its client's secret into the keyring; `secret` may be empty.

    Returns the config, and why the secret was not kept, or nothing. May block for 2.5 s.

    Raises:
        ConfigInvalid: as `write_config`; then nothing has changed.
    """
    config = write_config(path, members, replace=replace)
    if not secret:
        return config, ""
    try:
        keep_secret(config, secret, keys)
    except StoreFailed as failed:
        return config, str(failed)
    return write_config(path, {**members, "clientSecret": IN_KEYRING}, replace=True), ""


def keep_secret(config: "Config", secret: str, keys: KeyKeeper) -> None:
    """Keep `secret` for the config's client at its tenant.

    Raises:
        StoreFailed: there is no keyring, or it does not answer.
    """
    try:
        keys.set(_name(config), secret)
    except KeyUnavailable:
        raise StoreFailed(
            "The system has no keyring that answers, so the client secret was not kept. Set "
            "DOORKEY_CLIENT_SECRET when you run doorkey, or write `clientSecret` into the config."
        ) from None


def kept_secret(config: "Config", keys: KeyKeeper) -> str:
    """Return what was kept. May block for 2.5 s.

    Raises:
        ConfigInvalid: the keyring does not answer, or has none.
    """
    try:
        secret = keys.get(_name(config))
    except KeyUnavailable:
        secret = None
    if secret is None:
        raise ConfigInvalid(
            "The client secret is said to be in the system's keyring, which does not answer or "
            "does not have it. Unlock the keyring, set DOORKEY_CLIENT_SECRET, or put it there "
            "anew: doorkey init."
        )
    return secret


def forget_secret(config: "Config", keys: KeyKeeper) -> bool:
    """Take the secret out of the keyring; return whether one was there and is gone."""
    try:
        if keys.get(_name(config)) is None:
            return False
        keys.delete(_name(config))
    except KeyUnavailable:
        return False
    return True


def _name(config: "Config") -> str:
    return f"client-secret {config.client_id} {config.issuer}"
