"""The limits as they are by default: how long, how much, how many, how random.

Tests that meet a limit take it from where it stands, or a smaller one that costs less. So each is
said here once more: nobody loosens one without having decided to.
"""

from importlib import import_module
from pathlib import Path

import pytest

KIB, MIB, HOUR, DAY = 1024, 1024 * 1024, 3600, 24 * 3600

LIMITS: dict[str, dict[str, float]] = {
    "api_server/bearer/access_token.py": {
        "MAX_TOKENS": 4096, "MAX_BYTES": 16 * MIB, "KNOWN_HEADERS": 64, "ENTRY_BYTES": 700,
    },
    "api_server/bearer/claims.py": {"LEEWAY_SECONDS": 5, "SHOWN_CHARACTERS": 80},
    "api_server/bearer/credentials.py": {"MAX_FORM_BYTES": 64 * KIB, "FORM_SECONDS": 5},
    "api_server/bearer/dpop.py": {
        "MAX_AGE_SECONDS": 300, "MAX_AHEAD_SECONDS": 30, "KNOWN_KEYS": 1024,
    },
    "api_server/bearer/dpop_memory.py": {"NONCE_SECONDS": 120, "MAX_PROOFS": 100_000},
    "api_server/bearer/json_web_key.py": {
        "MIN_RSA_BITS": 2048, "MAX_RSA_BITS": 8192, "MAX_KEYS": 64,
    },
    "api_server/bearer/key_set.py": {
        "FETCH_SECONDS": 5, "MAX_BODY_BYTES": MIB, "FRESH_SECONDS": 600, "REFRESH_SECONDS": 480,
        "UNKNOWN_KID_SECONDS": 30, "RETRY_SECONDS": 30, "RETRY_WITHOUT_KEYS_SECONDS": 1,
    },
    "api_server/bearer/refusal.py": {"SHORTEST_RETRY_SECONDS": 1, "MAX_DESCRIPTION": 400},
    "api_server/bearer/signed_jwt.py": {"MAX_JWT_BYTES": 8 * KIB},
    "api_server/local_tenant/endpoints/parameters.py": {"MAX_BYTES": 32 * KIB, "MAX_FIELDS": 64},
    "api_server/local_tenant/records/browsers.py": {
        "UNKNOWN_LIFETIME_SECONDS": HOUR, "SIGNED_IN_LIFETIME_SECONDS": DAY,
        "SIGN_IN_LIFETIME_SECONDS": 900,
    },
    "api_server/local_tenant/records/codes.py": {"PUSHED_LIFETIME_SECONDS": 90},
    "api_server/local_tenant/records/database.py": {"PATIENCE_SECONDS": 5, "SECRET_BYTES": 32},
    "api_server/local_tenant/records/device_codes.py": {
        "SLOW_DOWN_SECONDS": 5, "KEPT_SECONDS": HOUR, "USER_CODE_LENGTH": 8,
    },
    "api_server/local_tenant/records/people.py": {"SALT_BYTES": 16, "MAX_PASSWORD_LENGTH": 256},
    "api_server/local_tenant/records/signing_keys.py": {
        "KEY_BITS": 2048, "MAX_TOKEN_LENGTH": 16 * KIB,
    },
    "api_server/local_tenant/records/tenant.py": {
        "NONCE_SECRET_BYTES": 32, "PASSWORD_TRIES": 10, "USER_CODE_TRIES": 20,
        "WINDOW_SECONDS": 300, "MAX_KEYS": 1000,
    },
    "api_server/local_tenant/settings.py": {"DAY": DAY},
    "tui/api/kept.py": {"LONGEST_NAME": 80, "LOCK_SECONDS": 2, "LONG_CHARACTERS": 40},
    "tui/api/proxy/client_side.py": {
        "LARGEST_HEAD_BYTES": 64 * KIB, "HEAD_SECONDS": 75, "MOST_SILENT": 64,
    },
    "tui/api/proxy/flow.py": {"MOST_WAITING_BYTES": 256 * KIB},
    "tui/api/proxy/server.py": {"SECRET_BYTES": 16, "LARGEST_KEPT_BODY_BYTES": 64 * KIB},
    "tui/api/proxy/upstream.py": {
        "CONNECT_SECONDS": 5, "LARGEST_HEAD_BYTES": 64 * KIB, "MOST_IDLE": 32,
    },
    "tui/auth/current.py": {"WIPE_PATIENCE_SECONDS": 2},
    "tui/auth/dpop/authorization.py": {"LONGEST_NONCE": KIB},
    "tui/auth/dpop/prover.py": {"IDENTIFIER_BYTES": 16},
    "tui/auth/keeper.py": {
        "TICK_SECONDS": 1, "FIRST_RETRY_SECONDS": 2, "LONGEST_RETRY_SECONDS": 60,
        "LONGEST_RETRY_AFTER_SECONDS": 600,
    },
    "tui/auth/log_out.py": {"RETURN_SECONDS": 30, "HINT_SECONDS": 10},
    "tui/auth/sign_in/address.py": {
        "LEAST_SECONDS": 5, "LONGEST_REQUEST_URI": 2000, "MOST_PUSHED_ANEW": 60,
    },
    "tui/auth/sign_in/attempt.py": {
        "PATIENCE_SECONDS": 300, "VERIFIER_BYTES": 48, "STATE_BYTES": 32, "MOST_PARAMETERS": 50,
    },
    "tui/auth/sign_in/browser.py": {"SETTLED_SECONDS": 3},
    "tui/auth/sign_in/loopback.py": {
        "READ_SECONDS": 5, "LARGEST_HEAD_BYTES": 16 * KIB, "MOST_CONNECTIONS": 64,
        "BACKLOG": 32, "FLUSH_SECONDS": 0.05,
    },
    "tui/auth/sign_in/start_page.py": {"RANDOM_BYTES": 16},
    "tui/auth/store/sealing.py": {
        "KEY_BYTES": 32, "NONCE_BYTES": 12, "KEYRING_SECONDS": 2.5, "FORGIVEN_AFTER_SECONDS": 60,
    },
    "tui/auth/store/store.py": {"LOCK_SECONDS": 60},
    "tui/auth/tenant/device_grant.py": {
        "USUAL_INTERVAL_SECONDS": 5, "SHORTEST_INTERVAL_SECONDS": 1, "SLOW_DOWN_SECONDS": 5,
        "LONGEST_PAUSE_SECONDS": 60, "LONGEST_LIFETIME_SECONDS": HOUR, "LONGEST_ADDRESS": 2000,
        "LONGEST_USER_CODE": 40,
    },
    "tui/auth/tenant/id_token.py": {"LEEWAY_SECONDS": 60},
    "tui/auth/tenant/key_set.py": {
        "SMALLEST_RSA_BITS": 2048, "LARGEST_TOKEN_CHARACTERS": 256 * KIB,
    },
    "tui/auth/tenant/metadata.py": {"LONGEST_ENDPOINT": 2000},
    "tui/auth/tenant/session_from_tokens.py": {"RENEWALS_REMEMBERED": 20},
    "tui/auth/tenant/token_response.py": {"LONGEST_LIFETIME_SECONDS": 10 * 366 * DAY},
    "tui/app/web/page.py": {"SECRET_BYTES": 32, "CLOSE_SECONDS": 3, "MOST_STRANGERS": 64},
    "tui/commands/call/output.py": {
        "LARGEST_OBJECT_BYTES": 16 * MIB, "LONGEST_LINE": 64 * KIB, "MOST_HELD": MIB,
    },
    "tui/commands/call/request.py": {"LONGEST_METHOD": 30},
    "tui/commands/token/credentials.py": {"LARGEST_REQUEST_BYTES": 256 * KIB, "MOST_ERASED": 16},
    "tui/config/paths.py": {"LARGEST_CONFIG_BYTES": MIB},
    "tui/config/trust.py": {"MOST_REMEMBERED": 1000, "LONGEST_SHOWN": 300},
    "tui/http/exchange.py": {
        "LARGEST_BODY_BYTES": MIB, "EXCHANGE_SECONDS": 15, "IDLE_SECONDS": 120,
        "CONNECT_SECONDS": 5,
    },
    "tui/http/other_scheme.py": {"LOOK_SECONDS": 1},
    "tui/http/read_ahead.py": {"READ_BYTES": 64 * KIB},
    "tui/private_file.py": {"LARGEST_BYTES": 4 * MIB, "RESERVED_BYTES": 64 * KIB},
    "tui/text.py": {"LONGEST_ESCAPE": 10, "LONGEST_TAKEN": 5, "SHORTEST_TOKEN": 16},
}  # fmt: skip


@pytest.mark.parametrize("path", LIMITS)
def test_a_limit_is_what_was_decided(path: str) -> None:
    module = import_module(".".join(Path(path).with_suffix("").parts))
    assert {name: getattr(module, name) for name in LIMITS[path]} == LIMITS[path]
