"""The check of an access token that others can put before their own app."""

from api_server.bearer.bearer import Bearer
from api_server.bearer.requires import requires

__all__ = ["Bearer", "requires"]
