"""The bundled servers: which of them a config means, and the commands that start them."""

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Literal

from tui.config.load import Config, is_at_built_in_tenant
from tui.web_address import split_web_address

ServerName = Literal["api", "tenant"]

START_THERE: Final = "Start the tenant there."
"""What to do where a tenant on this machine is silent that may be anybody's."""


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
    """Return the servers that `config` has on this machine; none where they are elsewhere."""
    servers = []
    api = split_web_address(config.api_url)
    if may_have_local_tenant(config):
        servers.append(tenant_server(config, state_dir))
    if api.is_local:
        servers.append(api_server(config))
    return tuple(servers)


def may_have_local_tenant(config: Config) -> bool:
    """Return whether the app may start the local tenant at this config's issuer."""
    return split_web_address(config.issuer).is_local and has_own_servers(config)


def has_own_servers(config: Config) -> bool:
    """Return whether servers on loopback are the bundled ones: of the config chosen at the start.

    The built-in config's are, too. The tenant of any other may be a program that is not running
    now, and a server that takes its place would pass itself off as that issuer.
    """
    return config.is_chosen or is_at_built_in_tenant(config)


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
