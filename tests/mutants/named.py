"""Breaks that once went unnoticed: each is tried by name, whatever the others become."""

import ast
import sys
from functools import partial
from pathlib import Path
from typing import Final

from tests.mutants.breaks import Break

NAMED: Final = (
    (
        "a token of another type is taken",
        "tui/auth/tenant/token_response.py",
        "token_type.lower() == expected.lower()",
        'token_type.lower() in ("bearer", "dpop")',
    ),
    (
        "a control character in a token is taken",
        "tui/auth/tenant/token_response.py",
        "value.isascii() and value.isprintable()",
        "value.isascii()",
    ),
    (
        "a rotated refresh token is kept only with the rest",
        "tui/auth/renewal.py",
        "        _keep_rotated(store, session, response.refresh_token)\n",
        "",
    ),
    (
        "at_hash is checked only with a nonce",
        "tui/auth/tenant/id_token.py",
        '"at_hash" in claims:',
        '"at_hash" in claims and expected.nonce is not None:',
    ),
    (
        "max_age is checked a second late",
        "tui/auth/tenant/id_token.py",
        "age > expected.max_age_seconds + LEEWAY_SECONDS",
        "age > expected.max_age_seconds + LEEWAY_SECONDS + 1",
    ),
    (
        "userinfo without sub is taken",
        "tui/auth/tenant/provider.py",
        'claims.get("sub") == subject',
        'claims.get("sub", subject) == subject',
    ),
    (
        "discovery without issuer is taken",
        "tui/auth/tenant/metadata.py",
        'found = members.get("issuer")',
        'found = members.get("issuer", issuer)',
    ),
    (
        "any of the scopes is enough",
        "api_server/bearer/requires.py",
        "if not needed.scopes.issubset(auth.scopes):",
        "if needed.scopes and needed.scopes.isdisjoint(auth.scopes):",
    ),
    (
        "quotes stay as they are in HTML's attributes",
        "api_server/local_tenant/pages/frame.py",
        "else escape(value)",
        "else escape(value, quote=False)",
    ),
    (
        "the one-time path can be guessed",
        "tui/auth/sign_in/start_page.py",
        "secrets.token_urlsafe(RANDOM_BYTES)",
        "'a' * 22",
    ),
    (
        "the tenant's pages can be framed",
        "api_server/local_tenant/pages/frame.py",
        "frame-ancestors 'none'; ",
        "",
    ),
    (
        "a script of a page without an origin is taken for the person",
        "tui/auth/sign_in/loopback.py",
        'if b"origin" in headers:',
        'if headers.get(b"origin", [b"null"]) != [b"null"]:',
    ),
    (
        "[::1] goes through the proxy",
        "tui/web_address.py",
        'in ("localhost", "localhost.", "::1")',
        'in ("localhost",)',
    ),
    (
        "any backend of keyring is taken",
        "tui/auth/store/sealing.py",
        "if type(first).__module__ not in TRUSTED_BACKENDS:",
        "if False:",
    ),
    (
        "a request object can be set in authorizationParams",
        "tui/config/keys.py",
        '"request", ',
        "",
    ),
    (
        "parameters of the config win over the protocol's",
        "tui/auth/sign_in/attempt.py",
        '            "code_challenge_method": "S256",\n        }\n',
        '            "code_challenge_method": "S256",\n'
        "            **config.authorization_params,\n        }\n",
    ),
    (
        "invalid_request ends a session",
        "tui/auth/renewal.py",
        '("invalid_grant", "")',
        '("invalid_grant", "", "invalid_request")',
    ),
    (
        "a request's head may take twice as long",
        "tui/auth/sign_in/loopback.py",
        "READ_SECONDS: Final = 5.0",
        "READ_SECONDS: Final = 10.0",
    ),
    (
        "a key set may have twice as many keys",
        "api_server/bearer/json_web_key.py",
        "MAX_KEYS: Final = 64",
        "MAX_KEYS: Final = 128",
    ),
    (
        "two Host headers are taken",
        "api_server/serving/request_limits.py",
        "len(hosts) > 1 or ",
        "",
    ),
    (
        "the session's folder stays open to others",
        "tui/private_file.py",
        "    folder.chmod(0o700)\n",
        "",
    ),
)  # fmt: skip
"""What is broken, where, and the text before and after."""


def named_breaks(root: Path) -> list[Break]:
    """Make each of them; ends the program where the text is there no more, or is there twice."""
    return [_named(root, *each) for each in NAMED]


def _named(root: Path, sentence: str, path: str, before: str, after: str) -> Break:
    source = (root / path).read_text("utf-8")
    found = source.count(before)
    if not found:
        sys.exit(f"{path} has changed: {before!r} is not there; mend tests/mutants/named.py")
    line = source[: source.index(before)].count("\n") + 1
    after += "\n" * (before.count("\n") - after.count("\n"))  # the lines below stay where they are
    end = line + before.strip("\n").count("\n")
    tree = partial(ast.parse, source.replace(before, after))
    return Break(path, line, end, f"({sentence})", before.strip(), after.strip() or "gone", tree)
