"""What a protected API says about itself (RFC 9728): who it is and whose tokens it takes."""

import json
from dataclasses import dataclass
from typing import Final

from tui.web_address import split_web_address

WELL_KNOWN: Final = "/.well-known/oauth-protected-resource"


@dataclass(frozen=True, slots=True)
class ResourceMetadata:
    """The parts that explain a refusal. Nothing in it is safe to print as it is."""

    resource: str
    authorization_servers: tuple[str, ...]


def metadata_path(origin: str, address: str) -> str:
    """Give the path to ask at `origin`: the challenge's own where it is there, else the usual."""
    try:
        named = split_web_address(address)
    except ValueError:
        return WELL_KNOWN
    usual = named.origin == origin and named.path.startswith(WELL_KNOWN)
    return named.path if usual else WELL_KNOWN


def parse_resource_metadata(body: str) -> ResourceMetadata | None:
    """Read the document; None where it is something else."""
    try:
        members = json.loads(body)
    except (ValueError, RecursionError):
        return None
    if not isinstance(members, dict) or not isinstance(members.get("resource"), str):
        return None
    servers = members.get("authorization_servers")
    listed = servers if isinstance(servers, list) else []
    return ResourceMetadata(
        members["resource"], tuple(each for each in listed if isinstance(each, str))
    )
