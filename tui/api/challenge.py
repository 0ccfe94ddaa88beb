"""What an API says of its demands: its challenge (RFC 6750 3) and its metadata (RFC 9728).

An API may send anything: what cannot be read is left out, and nothing raises. Nothing in it is
safe to print as it is.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from tui.config.keys import MAX_AGE
from tui.json_value import json_object
from tui.web_address import split_web_address

LONGEST_CHALLENGE: Final = 16 * 1024
"""Characters; more is no challenge but an attack."""

WORD: Final = r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+"
"""RFC 9110's `token`."""

SCHEME: Final = re.compile(rf"({WORD})(?: +|(?=,)|$)")

PARAMETER: Final = re.compile(rf'({WORD})[ \t]*=[ \t]*(?:"((?:[^"\\]|\\.)*)"|({WORD}))', re.DOTALL)

SEPARATORS: Final = " \t,"

WELL_KNOWN: Final = "/.well-known/oauth-protected-resource"


@dataclass(frozen=True, slots=True)
class Challenge:
    """One scheme and its parameters, their names in lower case; the first of two alike counts."""

    scheme: str
    parameters: Mapping[str, str]

    @property
    def error(self) -> str:
        """The code of RFC 6750 3.1, or an empty string."""
        return self.parameters.get("error", "")

    @property
    def description(self) -> str:
        """The words for people, or an empty string."""
        return self.parameters.get("error_description", "")

    @property
    def scopes(self) -> tuple[str, ...]:
        """The scopes that are needed, each once, in their order."""
        return tuple(dict.fromkeys(self.parameters.get("scope", "").split()))

    @property
    def acr_values(self) -> str:
        """The authentication classes one of which would do (RFC 9470 3), or an empty string."""
        return self.parameters.get("acr_values", "")

    @property
    def max_age_seconds(self) -> int | None:
        """How long ago the sign-in may be (RFC 9470 3), or None where that is not said."""
        value = self.parameters.get("max_age", "")
        return int(value) if re.fullmatch(MAX_AGE, value) else None

    @property
    def resource_metadata(self) -> str:
        """The address of what the API says about itself (RFC 9728 5.1), or an empty string."""
        return self.parameters.get("resource_metadata", "")


NOTHING_SAID: Final = Challenge("", {})


def token_challenge(header: str) -> Challenge:
    """Return the challenge for an access token, bound to a key or not; else one that says nothing.

    Of several the one counts that names an error: the others only say what else is taken.
    """
    ours = [each for each in challenges(header) if each.scheme.lower() in ("bearer", "dpop")]
    return next((each for each in ours if each.error), ours[0] if ours else NOTHING_SAID)


def challenges(header: str) -> list[Challenge]:
    """Return every challenge of a header (RFC 9110 11.6.1), read in linear time."""
    text = header[:LONGEST_CHALLENGE]
    found: list[tuple[str, dict[str, str]]] = []
    at = 0
    while at < len(text):
        if text[at] in SEPARATORS:
            at += 1
        elif found and (match := PARAMETER.match(text, at)):
            name, quoted, plain = match.groups()
            value = re.sub(r"\\(.)", r"\1", quoted, flags=re.DOTALL) if plain is None else plain
            found[-1][1].setdefault(name.lower(), value)
            at = match.end()
        elif match := SCHEME.match(text, at):
            found.append((match[1], {}))
            at = match.end()
        else:
            at = _after_comma(text, at)
    return [Challenge(scheme, parameters) for scheme, parameters in found]


def _after_comma(text: str, at: int) -> int:
    comma = text.find(",", at)
    return len(text) if comma < 0 else comma + 1


@dataclass(frozen=True, slots=True)
class ResourceMetadata:
    """Who the API is and whose tokens it takes, in its own words."""

    resource: str
    authorization_servers: tuple[str, ...]


def metadata_path(origin: str, address: str) -> str:
    """Return the path to ask at `origin`: the challenge's own where it is there, else the usual."""
    try:
        named = split_web_address(address)
    except ValueError:
        return WELL_KNOWN
    usual = named.origin == origin and named.path.startswith(WELL_KNOWN)
    return named.path if usual else WELL_KNOWN


def parse_resource_metadata(body: str) -> ResourceMetadata | None:
    """Return what the document says, or None where it is something else."""
    members = json_object(body) or {}
    resource, servers = members.get("resource"), members.get("authorization_servers")
    if not isinstance(resource, str):
        return None
    listed = servers if isinstance(servers, list) else []
    return ResourceMetadata(resource, tuple(each for each in listed if isinstance(each, str)))
