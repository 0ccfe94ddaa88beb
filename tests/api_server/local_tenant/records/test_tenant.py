from dataclasses import replace

from api_server.local_tenant.records.tenant import MAX_KEYS, Attempts, Tenant, open_tenant
from api_server.local_tenant.settings import Settings


def test_as_many_failures_as_allowed_are_one_too_many() -> None:
    attempts = Attempts(limit=3, window_seconds=300)
    for _ in range(2):
        attempts.add_failure("alice", 0)
    assert not attempts.is_exhausted("alice", 0)
    attempts.add_failure("alice", 0)
    assert attempts.is_exhausted("alice", 0)
    assert not attempts.is_exhausted("bob", 0)


def test_failures_are_forgiven_one_by_one_as_they_grow_old() -> None:
    attempts = Attempts(limit=2, window_seconds=300)
    attempts.add_failure("alice", 0)
    attempts.add_failure("alice", 100)
    assert attempts.is_exhausted("alice", 299)
    assert not attempts.is_exhausted("alice", 300)
    attempts.add_failure("alice", 300)
    assert attempts.is_exhausted("alice", 399)


def test_success_starts_the_count_anew() -> None:
    attempts = Attempts(limit=1, window_seconds=300)
    attempts.add_failure("alice", 0)
    attempts.forget("alice")
    attempts.forget("nobody")
    assert not attempts.is_exhausted("alice", 0)


def test_names_that_are_counted_are_bounded() -> None:
    """security.md 22: whoever tries chooses the names, but not how much memory they take."""
    attempts = Attempts(limit=1, window_seconds=300)
    for number in range(MAX_KEYS):
        attempts.add_failure(str(number), 0)
    # one that is counted already needs no room
    attempts.add_failure("5", 0)
    assert attempts.is_exhausted("0", 0)
    attempts.add_failure("another", 0)
    assert not attempts.is_exhausted("0", 0)
    assert attempts.is_exhausted("1", 0)
    assert attempts.is_exhausted("another", 0)
    assert MAX_KEYS == 1000


def test_ten_passwords_and_twenty_codes_may_be_wrong_in_five_minutes(tenant: Tenant) -> None:
    for attempts, limit in ((tenant.wrong_passwords, 10), (tenant.wrong_user_codes, 20)):
        assert (attempts.limit, attempts.window_seconds) == (limit, 300)


def test_secret_of_the_nonces_has_256_bits(settings: Settings) -> None:
    """security.md 66."""
    drawn: list[int] = []

    def draw(size: int) -> bytes:
        drawn.append(size)
        return bytes(size)

    for demanded in (False, True):
        drawn.clear()
        open_tenant(replace(settings, dpop_nonce=demanded), randomness=draw).close()
        assert drawn == ([32] if demanded else [])
