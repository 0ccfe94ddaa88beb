"""The check of an access token that others can put before their own app.

The signature algorithms are PyJWT's. Taking a token apart is not: PyJWT 2.15 reads a name given
twice and base64 with other spellings without complaint and has no switch for it, and with its
`decode` the API answers 1.7 times fewer new tokens a second (2.0 times the CPU time of each).

May import api_server.tcp_sockets and web_origin, and nothing else of this project.
"""

from api_server.bearer.bearer import Bearer
from api_server.bearer.requires import requires

__all__ = ["Bearer", "requires"]
