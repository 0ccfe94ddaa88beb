-- Times are seconds since the epoch. Secrets are here as SHA-256 digests only, but for the
-- signing keys, which the tenant must be able to use, and user codes, which it must show.

CREATE TABLE IF NOT EXISTS signing_keys (
    kid         TEXT PRIMARY KEY,
    private_pem TEXT NOT NULL,
    created_at  INTEGER NOT NULL
);

CREATE TABLE IF NOT EXISTS people (
    name          TEXT PRIMARY KEY,
    given_name    TEXT NOT NULL,
    family_name   TEXT NOT NULL,
    locale        TEXT NOT NULL,
    zoneinfo      TEXT NOT NULL,
    password_hash TEXT NOT NULL,
    updated_at    INTEGER NOT NULL
);

-- A browser that was here; person and auth_time are null until somebody signs in with it.
CREATE TABLE IF NOT EXISTS browsers (
    digest     TEXT PRIMARY KEY,
    sid        TEXT NOT NULL,
    person     TEXT REFERENCES people (name) ON DELETE CASCADE,
    auth_time  INTEGER,
    expires_at INTEGER NOT NULL,
    acr        TEXT NOT NULL DEFAULT '1'
);
CREATE INDEX IF NOT EXISTS browsers_by_expiry ON browsers (expires_at);

-- A request that waits for its person: the query of an authorization request, or a device's;
-- signed_in: they have shown who they are since it came.
CREATE TABLE IF NOT EXISTS sign_ins (
    digest      TEXT PRIMARY KEY,
    browser     TEXT NOT NULL REFERENCES browsers (digest) ON DELETE CASCADE,
    query       TEXT NOT NULL,
    device_code TEXT REFERENCES device_codes (digest) ON DELETE CASCADE,
    signed_in   INTEGER NOT NULL DEFAULT 0,
    expires_at  INTEGER NOT NULL
);
CREATE INDEX IF NOT EXISTS sign_ins_by_expiry ON sign_ins (expires_at);
CREATE INDEX IF NOT EXISTS sign_ins_by_browser ON sign_ins (browser);

CREATE TABLE IF NOT EXISTS consents (
    person    TEXT NOT NULL REFERENCES people (name) ON DELETE CASCADE,
    client_id TEXT NOT NULL,
    scope     TEXT NOT NULL,
    PRIMARY KEY (person, client_id, scope)
) WITHOUT ROWID;

-- What a person allowed once; everything that came of it hangs on this row.
CREATE TABLE IF NOT EXISTS grants (
    id         TEXT PRIMARY KEY,
    person     TEXT NOT NULL REFERENCES people (name) ON DELETE CASCADE,
    client_id  TEXT NOT NULL,
    scope      TEXT NOT NULL,
    audience   TEXT,
    nonce      TEXT,
    sid        TEXT NOT NULL,
    auth_time  INTEGER NOT NULL,
    revoked    INTEGER NOT NULL DEFAULT 0,
    expires_at INTEGER NOT NULL,
    jkt        TEXT, -- the thumbprint of the key that its tokens are bound to (RFC 9449 6.1)
    acr        TEXT NOT NULL DEFAULT '1' -- how strongly the person signed in
);
CREATE INDEX IF NOT EXISTS grants_by_expiry ON grants (expires_at);

-- A used code stays as long as its grant, so that a replay is known for one.
CREATE TABLE IF NOT EXISTS codes (
    digest         TEXT PRIMARY KEY,
    grant_id       TEXT NOT NULL REFERENCES grants (id) ON DELETE CASCADE,
    redirect_uri   TEXT NOT NULL,
    code_challenge TEXT NOT NULL,
    used           INTEGER NOT NULL DEFAULT 0,
    expires_at     INTEGER NOT NULL,
    dpop_jkt       TEXT -- the thumbprint that the request named (RFC 9449 10)
);
CREATE INDEX IF NOT EXISTS codes_by_grant ON codes (grant_id);

CREATE TABLE IF NOT EXISTS refresh_tokens (
    digest     TEXT PRIMARY KEY,
    grant_id   TEXT NOT NULL REFERENCES grants (id) ON DELETE CASCADE,
    used       INTEGER NOT NULL DEFAULT 0,
    expires_at INTEGER NOT NULL
);
CREATE INDEX IF NOT EXISTS refresh_tokens_by_grant ON refresh_tokens (grant_id);

CREATE TABLE IF NOT EXISTS access_tokens (
    jti        TEXT PRIMARY KEY,
    grant_id   TEXT NOT NULL REFERENCES grants (id) ON DELETE CASCADE,
    expires_at INTEGER NOT NULL
);
CREATE INDEX IF NOT EXISTS access_tokens_by_grant ON access_tokens (grant_id);
CREATE INDEX IF NOT EXISTS access_tokens_by_expiry ON access_tokens (expires_at);

-- An authorization request that a client has pushed (RFC 9126), for the browser to name.
CREATE TABLE IF NOT EXISTS pushed_requests (
    digest     TEXT PRIMARY KEY,
    query      TEXT NOT NULL,
    expires_at INTEGER NOT NULL
);

-- A device that waits: pending, allowed (then it has a grant), denied or used.
CREATE TABLE IF NOT EXISTS device_codes (
    digest           TEXT PRIMARY KEY,
    user_code        TEXT NOT NULL UNIQUE,
    client_id        TEXT NOT NULL,
    scope            TEXT NOT NULL,
    audience         TEXT,
    state            TEXT NOT NULL DEFAULT 'pending',
    grant_id         TEXT REFERENCES grants (id) ON DELETE CASCADE,
    interval_seconds INTEGER NOT NULL,
    polled_at        INTEGER,
    expires_at       INTEGER NOT NULL
);
CREATE INDEX IF NOT EXISTS device_codes_by_expiry ON device_codes (expires_at);
CREATE INDEX IF NOT EXISTS device_codes_by_grant ON device_codes (grant_id);
