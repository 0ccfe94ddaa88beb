"""The check of an access token that others can put before their own app.

The signature algorithms are PyJWT's. Taking a token apart is not: PyJWT 2.15 takes a name given
twice, and a part with its padding as well as without (two spellings of one token), and has no
switch for it; with its `decode` the API answers 1.7 times fewer new tokens a second (2.0 times the
CPU time of each).

May import api_server.tcp_sockets and web_origin, and nothing else of this project.
"""

from api_server.bearer.bearer import Bearer
from api_server.bearer.requires import requires

__all__ = ["Bearer", "requires"]
