from api_server.local_tenant.records.tenant import MAX_KEYS, Attempts


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
