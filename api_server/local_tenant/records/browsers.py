"""Browsers that the tenant knows by a cookie: who is signed in, which sign-ins have begun."""

import hmac
import sqlite3
from dataclasses import asdict, dataclass, field
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from api_server.local_tenant.records.database import digest
from api_server.local_tenant.records.people import ONE_FACTOR
from api_server.local_tenant.records.tenant import Tenant
from api_server.local_tenant.settings import Settings

UNKNOWN_LIFETIME_SECONDS: Final = 3600
"""Without anybody signed in, the row only serves the sign-ins that wait for it."""

SIGNED_IN_LIFETIME_SECONDS: Final = 24 * 3600

SIGN_IN_LIFETIME_SECONDS: Final = 900
"""Time enough to look for a password; the app itself waits five minutes."""


@dataclass(frozen=True, slots=True)
class Browser:
    """One browser; `person` and `auth_time` are None until somebody signs in with it."""

    secret: str = field(repr=False)
    digest: str
    sid: str
    person: str | None = None
    auth_time: int | None = None
    acr: str = ONE_FACTOR
    """How strongly the person signed in."""

    def csrf_token(self, form: str) -> str:
        """Return what proves that a form came from a page that this browser was sent.

        Keyed with the cookie, which no other site can read; new at each login, as the cookie is.
        """
        return hmac.new(self.secret.encode(), form.encode(), "sha256").hexdigest()

    def has_sent(self, form: str, token: str | None) -> bool:
        """Return whether a posted token is the one of this form."""
        return hmac.compare_digest(self.csrf_token(form).encode(), (token or "").encode())


def cookie_name(settings: Settings) -> str:
    """Name the cookie after the issuer: ports of one host share their cookies."""
    return f"doorkey_tenant_{settings.short_name}"


def set_cookie(response: Response, browser: Browser, settings: Settings) -> None:
    """Set the browser's cookie. Not `Secure`: the tenant speaks plain http on loopback."""
    response.set_cookie(
        cookie_name(settings),
        browser.secret,
        max_age=SIGNED_IN_LIFETIME_SECONDS,
        path=settings.path or "/",
        httponly=True,
        samesite="lax",
    )


def find_browser(db: sqlite3.Connection, request: Request, tenant: Tenant) -> Browser | None:
    """Return the browser that sent a request, or None if it is unknown."""
    secret = request.cookies.get(cookie_name(tenant.settings), "")
    row = db.execute(
        "SELECT * FROM browsers WHERE digest = ? AND expires_at > ?", (digest(secret), tenant.now())
    ).fetchone()
    if row is None:
        return None
    members = {name: row[name] for name in Browser.__slots__ if name != "secret"}
    return Browser(secret, **members)


def add_browser(db: sqlite3.Connection, tenant: Tenant) -> Browser:
    """Add a browser that comes for the first time."""
    db.execute("DELETE FROM browsers WHERE expires_at <= ?", (tenant.now(),))
    secret = tenant.draw_secret()
    browser = Browser(secret, digest(secret), sid=tenant.draw_secret())
    _insert(db, browser, tenant.now() + UNKNOWN_LIFETIME_SECONDS)
    return browser


def log_in(db: sqlite3.Connection, old: Browser, person: str, acr: str, tenant: Tenant) -> Browser:
    """Sign somebody in with a browser, which gets a new cookie for it.

    The old cookie may be one that somebody else planted there (session fixation), so it is void
    from now on; the sign-ins that this browser has begun go on under the new one.
    """
    secret = tenant.draw_secret()
    browser = Browser(secret, digest(secret), tenant.draw_secret(), person, tenant.now(), acr)
    _insert(db, browser, tenant.now() + SIGNED_IN_LIFETIME_SECONDS)
    db.execute("UPDATE sign_ins SET browser = ? WHERE browser = ?", (browser.digest, old.digest))
    forget_browser(db, old)
    return browser


def keep_browser(db: sqlite3.Connection, browser: Browser, expires_at: int) -> None:
    """Keep a browser until `expires_at` at least."""
    db.execute(
        "UPDATE browsers SET expires_at = max(expires_at, ?) WHERE digest = ?",
        (expires_at, browser.digest),
    )


def forget_browser(db: sqlite3.Connection, browser: Browser) -> None:
    """Sign a browser out, and end the sign-ins that it has begun."""
    db.execute("DELETE FROM browsers WHERE digest = ?", (browser.digest,))


def _insert(db: sqlite3.Connection, browser: Browser, expires_at: int) -> None:
    db.execute(
        "INSERT INTO browsers VALUES (:digest, :sid, :person, :auth_time, :expires_at, :acr)",
        {**asdict(browser), "expires_at": expires_at},
    )


@dataclass(frozen=True, slots=True)
class SignIn:
    """One attempt; `signed_in` says that the person has shown who they are since it began."""

    secret: str = field(repr=False)
    query: str = ""
    device_code: str | None = None
    signed_in: bool = False


def add_sign_in(
    db: sqlite3.Connection,
    browser: Browser,
    tenant: Tenant,
    *,
    query: str = "",
    device_code: str | None = None,
) -> SignIn:
    """Keep what a browser asked for, and the browser for as long.

    That is the query of an authorization request, or the digest of a device code.
    """
    expires_at = tenant.now() + SIGN_IN_LIFETIME_SECONDS
    keep_browser(db, browser, expires_at)
    db.execute("DELETE FROM sign_ins WHERE expires_at <= ?", (tenant.now(),))
    sign_in = SignIn(tenant.draw_secret(), query, device_code)
    db.execute(
        "INSERT INTO sign_ins VALUES (?, ?, ?, ?, 0, ?)",
        (digest(sign_in.secret), browser.digest, query, device_code, expires_at),
    )
    return sign_in


def find_sign_in(db: sqlite3.Connection, secret: str, browser: Browser, now: int) -> SignIn | None:
    """Return a sign-in, or None: only the browser that began it can go on with it."""
    row = db.execute(
        "SELECT * FROM sign_ins WHERE digest = ? AND browser = ? AND expires_at > ?",
        (digest(secret), browser.digest, now),
    ).fetchone()
    if row is None:
        return None
    return SignIn(secret, row["query"], row["device_code"], bool(row["signed_in"]))


def mark_signed_in(db: sqlite3.Connection, sign_in: SignIn) -> None:
    """Record that the person has logged in for this, as `prompt` or `max_age` may demand."""
    db.execute("UPDATE sign_ins SET signed_in = 1 WHERE digest = ?", (digest(sign_in.secret),))


def end_sign_in(db: sqlite3.Connection, sign_in: SignIn) -> None:
    """Forget a sign-in: it is answered once only."""
    db.execute("DELETE FROM sign_ins WHERE digest = ?", (digest(sign_in.secret),))
