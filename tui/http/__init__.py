"""HTTP of this side: whatever asks a tenant, an API or a server of ours asks here, and only here.

Imports the address, the text and the errors, and no room.
"""

from tui.http.connection import refuse_other_users, tls_context
from tui.http.exchange import (
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
