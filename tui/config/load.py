"""`auth_config.json`: found, read, checked, and frozen into a Config."""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from pathlib import Path
from shlex import quote
from typing import Literal, cast

from tui.child_programs import SECRET_VARIABLE
from tui.config.keys import (
    DEFAULT_API_URL,
    DEFAULT_REDIRECT_URIS,
    DEFAULT_SCOPE,
    KEYS,
    WrongValue,
    issuer_of,
    session_identity,
)
from tui.config.paths import (
    BUILT_IN,
    CONFIG_NAME,
    find_config,
    profile_of,
    read_config,
    user_config_dir,
    wrong_config,
)
from tui.config.trust import require_trust
from tui.text import printable

AudienceParameter = Literal["audience", "resource", "none"]
SessionStorage = Literal["auto", "keyring", "file", "memory"]


@dataclass(frozen=True, slots=True)
class Config:
    """What the app is told: which tenant, which client, which API."""

    domain: str
    client_id: str
    audience: str
    api_url: str = DEFAULT_API_URL
    scope: str = DEFAULT_SCOPE
    redirect_uris: tuple[str, ...] = DEFAULT_REDIRECT_URIS
    audience_parameter: AudienceParameter = "audience"
    authorization_params: Mapping[str, str] = field(default_factory=dict)
    session_storage: SessionStorage = "auto"
    dpop: bool = False
    """Bind the tokens of the next sign-in to a key of its session (RFC 9449)."""
    pushed_requests: bool = False
    """Push authorization requests (RFC 9126) to any tenant that takes them."""
    client_secret: str | None = field(default=None, repr=False)
    """Only for tenants that demand one of native apps; none is kept by an app that all can read."""
    path: Path = Path(CONFIG_NAME)
    """The file it came from, for people."""
    profile: str = ""
    """The name of the profile that it is; empty for any other config."""
    is_chosen: bool = field(default=False, compare=False)
    """Whether it was named or found at the start: `DOORKEY_CLIENT_SECRET` is for it alone."""
    with_servers: bool = field(default=False, compare=False)
    """Whether `doorkey dev` was begun with it: what it has on loopback are the bundled servers."""

    @property
    def issuer(self) -> str:
        """The tenant's identifier, to the letter: `domain` itself where that is a URL."""
        return issuer_of(self.domain)

    @property
    def label(self) -> str:
        """What to call it in a title: the profile, where it is one, and the tenant."""
        return f"{self.profile} · {self.domain}" if self.profile else self.domain

    @property
    def session_identity(self) -> str:
        """What a session belongs to; with another issuer or API it is another session."""
        return session_identity(
            self.issuer, self.client_id, self.audience, self.scope, self.api_url, self.profile
        )


def load_config(path: Path | None = None) -> Config:
    """Read the configuration from `path`, or from where one is found.

    It is the chosen one: a client secret in `DOORKEY_CLIENT_SECRET` is for it, and counts more than
    one in the file.

    Raises:
        ConfigInvalid: there is none, or something in it is wrong; names the file and the key.
        ConfigUntrusted: it was found in the folder that one is in, and is not trusted yet.
    """
    if path is None:
        found = find_config()
        return found_config(read_config(found), found)
    return as_chosen(parse_config(read_config(path), path))


def reload_config(config: Config) -> Config:
    """Return what the file of `config` says by now; how it was opened stays.

    Raises:
        ConfigInvalid: as `load_config`.
    """
    again = parse_config(read_config(config.path), config.path)
    again = replace(again, with_servers=config.with_servers)
    return as_chosen(again) if config.is_chosen else again


def found_config(text: str, path: Path) -> Config:
    """Return the configuration of `text`, which nobody named but `find_config` found at `path`.

    Raises:
        ConfigInvalid, ConfigUntrusted: as `load_config`.
    """
    return as_chosen(trusted_config(text, path))


def trusted_config(text: str, path: Path) -> Config:
    """Return the configuration of `text`, unless it needs a question first.

    Raises:
        ConfigInvalid, ConfigUntrusted: as `load_config`.
    """
    config = parse_config(text, path)
    require_trust(
        path, text, issuer=config.issuer, audience=config.audience, api_url=config.api_url
    )
    return config


def is_at_built_in_tenant(config: Config) -> bool:
    """Return whether its client is that of the built-in config, at the local tenant."""
    own = _built_in()
    return (config.issuer, config.client_id) == (own.issuer, own.client_id)


def has_own_servers(config: Config) -> bool:
    """Return whether the servers of `config` on loopback are the bundled ones, and no one else's.

    They are for `doorkey dev`, and where tenant, client and API are those of the built-in config.
    Any other may be a program that is not running now: a server in its place would pass itself off
    as it, and refuse the session that it gave.
    """
    if config.with_servers:
        return True
    return is_at_built_in_tenant(config) and config.api_url == _built_in().api_url


def _built_in() -> Config:
    return parse_config(BUILT_IN, Path(CONFIG_NAME))  # where it is written makes no difference here


def as_chosen(config: Config) -> Config:
    """Return `config` as the one that was chosen at the start, with the environment's secret."""
    secret = os.environ.get(SECRET_VARIABLE) or config.client_secret
    return replace(config, client_secret=secret, is_chosen=True)


def parse_config(text: str, path: Path) -> Config:
    """Check the text of a configuration and freeze it.

    Raises:
        ConfigInvalid: names `path`, the key, what was expected and what stands there.
    """
    members = _members(text, path)
    values: dict[str, object] = {}
    for name, value in members.items():
        key = KEYS.get(name)
        if key is None:
            raise wrong_config(path, f'"{printable(name)}" is not a known key{_nearest(name)}')
        try:
            values[key.field] = key.check(value)
        except WrongValue as wrong:
            raise wrong_config(path, f'"{name}" must be {wrong}.') from None
    for name, key in KEYS.items():
        if key.required and name not in members:
            raise wrong_config(path, f'"{name}" is missing: {key.meaning} is expected.')
    config = Config(**values, path=path, profile=profile_of(path))  # type: ignore[arg-type] # KEYS pairs each field with its check
    return _consistent(config)


def _consistent(config: Config) -> Config:
    if config.audience_parameter == "resource" and "://" not in config.audience:
        raise wrong_config(
            config.path,
            '"audience" must be an absolute URI, because "audienceParameter" is "resource" '
            "(RFC 8707 2).",
        )
    return config


def _members(text: str, path: Path) -> dict[str, object]:
    try:
        members = json.loads(text, object_pairs_hook=_without_duplicates)
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}: {printable(error.msg)}"
        raise wrong_config(path, f"this is not JSON, {where}. {_mend(path)}") from None
    except (ValueError, RecursionError) as error:
        raise wrong_config(path, f"this is not JSON: {printable(error)}. {_mend(path)}") from None
    if not isinstance(members, dict):
        raise wrong_config(
            path, "a JSON object is expected, with at least domain, clientId, audience."
        )
    return cast("dict[str, object]", members)


def _mend(path: Path) -> str:
    name = profile_of(path)
    which = f" {name}" if name else f" --config {quote(printable(path))}"
    if path.absolute() == user_config_dir() / CONFIG_NAME:
        which = ""
    return f"Mend it in an editor, or write it anew: doorkey init{which} --force."


def _nearest(name: str) -> str:
    """Suggest the known key that `name` looks like."""
    known = {key.lower(): key for key in KEYS}
    found = get_close_matches(name.lower().replace("_", ""), known, n=1)
    return f'; did you mean "{known[found[0]]}"?' if found else f"; known are {', '.join(KEYS)}."


def _without_duplicates(pairs: list[tuple[str, object]]) -> dict[str, object]:
    members = dict(pairs)
    if len(members) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f'"{twice}" is there twice')
    return members
