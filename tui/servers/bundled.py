"""The bundled servers: which of them a config means, and the commands that start them."""

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from tui.config.load import Config, has_own_servers
from tui.web_address import split_web_address

ServerName = Literal["api", "tenant"]


@dataclass(frozen=True, slots=True)
class BundledServer:
    """One server of our own that a config points to."""

    name: ServerName
    url: str
    port: int
    command: Sequence[str]
    health: Mapping[str, str] = field(default_factory=dict)
    """What `/healthz` of the right server for this config says."""

    def is_told_by(self, health: Mapping[str, object]) -> bool:
        """Return whether what was said at `health_url` is what the right server says."""
        return self.health.items() <= health.items()

    @property
    def health_url(self) -> str:
        """Where it tells that it is well."""
        return self.url + "/healthz"


def bundled_servers(config: Config, state_dir: Path) -> tuple[BundledServer, ...]:
    """Return those of `config` that the app may start; none where they are somebody else's."""
    servers = []
    if may_have_local_tenant(config):
        servers.append(tenant_server(config, state_dir))
    if may_have_bundled_api(config):
        servers.append(api_server(config))
    return tuple(servers)


def may_have_local_tenant(config: Config) -> bool:
    """Return whether the app may start the local tenant at this config's issuer."""
    return split_web_address(config.issuer).is_local and has_own_servers(config)


def may_have_bundled_api(config: Config) -> bool:
    """Return whether the app may start the bundled API at this config's `apiUrl`."""
    return split_web_address(config.api_url).is_local and has_own_servers(config)


def api_server(config: Config) -> BundledServer:
    """Return the API at `apiUrl`, for `domain`'s issuer and `audience`."""
    address = split_web_address(config.api_url)
    host, port = address.host, address.port or 80
    arguments = ["--issuer", config.issuer, "--audience", config.audience]
    return BundledServer(
        "api",
        config.api_url,
        port,
        _python_module("api_server", [*arguments, "--host", host, "--port", str(port)]),
        {"service": "doorkey-api", "issuer": config.issuer, "audience": config.audience},
    )


def tenant_server(config: Config, state_dir: Path) -> BundledServer:
    """Return the local tenant at `domain`, for this client and its redirect URIs."""
    address = split_web_address(config.issuer)
    # it listens where the issuer says
    arguments = ["--issuer", config.issuer, "--client-id", config.client_id]
    arguments += ["--audience", config.audience, "--state-dir", str(state_dir)]
    for uri in config.redirect_uris:
        arguments += ["--redirect-uri", uri]
    return BundledServer(
        "tenant",
        address.origin,
        address.port or 80,
        _python_module("api_server.local_tenant", arguments),
        {"service": "doorkey-tenant", "issuer": config.issuer, "client_id": config.client_id},
    )


def _python_module(module: str, arguments: Sequence[str]) -> list[str]:
    # -P: a folder named api_server where the person happens to be is not ours.
    return [sys.executable, "-P", "-m", module, *arguments]
