"""Authorization requests that a client has pushed, for the browser to name (RFC 9126)."""

import sqlite3
from typing import Final

from api_server.local_tenant.errors import BrowserStopped
from api_server.local_tenant.records.database import digest
from api_server.local_tenant.records.tenant import Tenant

PREFIX: Final = "urn:ietf:params:oauth:request_uri:"
"""RFC 9126 2.2, registered by RFC 9101 for it."""

LIFETIME_SECONDS: Final = 90
"""Time for a browser to start (RFC 9126 2.2: 5 to 600)."""


def add_pushed_request(db: sqlite3.Connection, query: str, tenant: Tenant) -> str:
    """Keep the query of a request; return its `request_uri`, which nobody can guess."""
    secret = tenant.draw_secret()
    db.execute("DELETE FROM pushed_requests WHERE expires_at <= ?", (tenant.now(),))
    row = (digest(secret), query, tenant.now() + LIFETIME_SECONDS)
    db.execute("INSERT INTO pushed_requests VALUES (?, ?, ?)", row)
    return PREFIX + secret


def use_pushed_request(db: sqlite3.Connection, request_uri: str, tenant: Tenant) -> str:
    """Return the query of a request, once (RFC 9126 4, 7.3); raises BrowserStopped."""
    row = db.execute(
        "DELETE FROM pushed_requests WHERE digest = ? RETURNING query, expires_at",
        (digest(request_uri.removeprefix(PREFIX)),),
    ).fetchone()
    if row is None or row["expires_at"] <= tenant.now():
        raise BrowserStopped(
            "This request is over",
            "It was opened before, or waited too long. Go back to the app and start again.",
        )
    return str(row["query"])
