"""What people have allowed a client before, scope by scope."""

import sqlite3
from collections.abc import Collection


def is_remembered(
    db: sqlite3.Connection, person: str, client_id: str, scope: Collection[str]
) -> bool:
    """Tell whether each of these scopes was allowed."""
    rows = db.execute(
        "SELECT scope FROM consents WHERE person = ? AND client_id = ?", (person, client_id)
    )
    return set(scope) <= {row["scope"] for row in rows}


def remember(db: sqlite3.Connection, person: str, client_id: str, scope: Collection[str]) -> None:
    """Keep what was allowed."""
    db.executemany(
        "INSERT OR IGNORE INTO consents VALUES (?, ?, ?)",
        [(person, client_id, one) for one in scope],
    )
