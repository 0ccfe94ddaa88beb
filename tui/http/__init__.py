"""HTTP of this side: whatever asks a tenant, an API or a server of ours asks here, and only here.

Imports the address, the text and the errors, and no room.
"""

import sys

# httpx's own command line, which nobody runs here, loads click, rich and pygments: 45 ms.
sys.modules.setdefault("httpx._main", None)  # type: ignore[arg-type] # None: it cannot be imported

from tui.http.connection import refuse_other_users, tls_context  # noqa: E402 - see above
from tui.http.exchange import (  # noqa: E402
    EXCHANGE_SECONDS,
    LARGEST_BODY_BYTES,
    Answer,
    HttpClient,
    StreamedAnswer,
)

__all__ = [
    "EXCHANGE_SECONDS",
    "LARGEST_BODY_BYTES",
    "Answer",
    "HttpClient",
    "StreamedAnswer",
    "refuse_other_users",
    "tls_context",
]
