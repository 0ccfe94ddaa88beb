"""Browsers that the tenant knows by a cookie, and who is signed in with each."""

import hmac
import sqlite3
from dataclasses import dataclass, field
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from api_server.local_tenant.records.opaque import digest
from api_server.local_tenant.settings import Settings
from api_server.local_tenant.tenant import Tenant

UNKNOWN_LIFETIME_SECONDS: Final = 3600
"""Without anybody signed in, the row only serves the sign-ins that wait for it."""

SIGNED_IN_LIFETIME_SECONDS: Final = 24 * 3600


@dataclass(frozen=True, slots=True)
class Browser:
    """One browser; `person` and `auth_time` are None until somebody signs in with it."""

    secret: str = field(repr=False)
    digest: str
    sid: str
    person: str | None = None
    auth_time: int | None = None

    def csrf_token(self, form: str) -> str:
        """Give what proves that a form came from a page that this browser was sent.

        Keyed with the cookie, which no other site can read; new at each login, as the cookie is.
        """
        return hmac.new(self.secret.encode(), form.encode(), "sha256").hexdigest()

    def sent(self, form: str, token: str | None) -> bool:
        """Tell whether a posted token is the one of this form."""
        expected = self.csrf_token(form).encode()
        return hmac.compare_digest(expected, (token or "").encode())


def cookie_name(settings: Settings) -> str:
    """Name the cookie after the issuer: ports of one host share their cookies."""
    return f"doorkey_tenant_{settings.short_name}"


def set_cookie(response: Response, browser: Browser, settings: Settings) -> None:
    """Hand the browser its name. Not `Secure`: the tenant speaks plain http on loopback."""
    response.set_cookie(
        cookie_name(settings),
        browser.secret,
        max_age=SIGNED_IN_LIFETIME_SECONDS,
        path=settings.path or "/",
        httponly=True,
        samesite="lax",
    )


def find_browser(db: sqlite3.Connection, request: Request, tenant: Tenant) -> Browser | None:
    """Recognise the browser that sent a request."""
    secret = request.cookies.get(cookie_name(tenant.settings), "")
    row = db.execute(
        "SELECT * FROM browsers WHERE digest = ? AND expires_at > ?",
        (digest(secret), tenant.now()),
    ).fetchone()
    if row is None:
        return None
    return Browser(secret, row["digest"], row["sid"], row["person"], row["auth_time"])


def add_browser(db: sqlite3.Connection, tenant: Tenant) -> Browser:
    """Meet a browser for the first time."""
    db.execute("DELETE FROM browsers WHERE expires_at <= ?", (tenant.now(),))
    secret = tenant.secret()
    browser = Browser(secret, digest(secret), sid=tenant.secret())
    _insert(db, browser, tenant.now() + UNKNOWN_LIFETIME_SECONDS)
    return browser


def sign_in(db: sqlite3.Connection, old: Browser, person: str, tenant: Tenant) -> Browser:
    """Sign somebody in with a browser, which gets a new name for it.

    The old name may be one that somebody else planted there (session fixation), so it is void
    from now on; what this browser was waiting for goes on under the new one.
    """
    secret = tenant.secret()
    browser = Browser(secret, digest(secret), tenant.secret(), person, tenant.now())
    _insert(db, browser, tenant.now() + SIGNED_IN_LIFETIME_SECONDS)
    db.execute("UPDATE sign_ins SET browser = ? WHERE browser = ?", (browser.digest, old.digest))
    forget_browser(db, old)
    return browser


def keep_browser(db: sqlite3.Connection, browser: Browser, expires_at: int) -> None:
    """Know a browser until then at least."""
    db.execute(
        "UPDATE browsers SET expires_at = max(expires_at, ?) WHERE digest = ?",
        (expires_at, browser.digest),
    )


def forget_browser(db: sqlite3.Connection, browser: Browser) -> None:
    """Sign a browser out, with all that it was waiting for."""
    db.execute("DELETE FROM browsers WHERE digest = ?", (browser.digest,))


def _insert(db: sqlite3.Connection, browser: Browser, expires_at: int) -> None:
    db.execute(
        "INSERT INTO browsers VALUES (?, ?, ?, ?, ?)",
        (browser.digest, browser.sid, browser.person, browser.auth_time, expires_at),
    )
