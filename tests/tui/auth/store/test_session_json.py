"""What is read back of a session: all of it checked, or nothing taken."""

import json
from dataclasses import replace

import pytest

from tests.support.builders.sessions import session
from tests.support.clocks import START
from tests.support.tenants.bound import bound
from tui.auth.session import Session
from tui.auth.store.file_store import session_from_json, session_to_json


@pytest.mark.parametrize(
    "kept",
    [
        session(),
        session(refresh_token=None),
        replace(session(), renewed_at=(START, START), clock_skew_seconds=-7.5),
        bound(),
        replace(session(), signed_in_elsewhere=True),
    ],
)
def test_a_session_is_read_as_it_was_written(kept: Session) -> None:
    assert session_from_json(session_to_json(kept)) == kept


def test_a_session_of_a_release_that_did_not_say_with_which_browser_is_read() -> None:
    members = json.loads(session_to_json(session()))
    del members["signed_in_elsewhere"]
    assert session_from_json(json.dumps(members).encode()) == session()


def test_a_bound_session_is_of_a_version_that_knows_of_keys() -> None:
    """An earlier release must not use it as if it had none."""
    assert json.loads(session_to_json(session()))["version"] == 1
    assert json.loads(session_to_json(bound()))["version"] == 2


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("version", value) for value in (0, 3, "1", None)),
        *(("access_token", value) for value in (7, None)),
        *(("id_token", value) for value in (7, None)),
        ("refresh_token", 7),
        ("scope", None),
        *(("access_token_expiry", value) for value in ("soon", 7, "2026-01-01T00:00:00")),
        *(("token_expiry", value) for value in ("soon", None, "2026-01-01T00:00:00")),
        ("obtained_at", "2026-01-01T00:00:00"),
        ("signed_in_at", "2026-01-01T00:00:00"),
        ("renewed_at", ["2026-01-01T00:00:00"]),
        ("renewed_at", 7),
        ("profile", 7),
        ("clock_skew_seconds", "x"),
    ],
)
def test_what_is_damaged_is_no_session(name: str, value: object) -> None:
    members = json.loads(session_to_json(session()))
    with pytest.raises(ValueError):  # noqa: PT011 - whatever is wrong, it is set aside
        session_from_json(json.dumps(members | {name: value}).encode())
    del members[name]
    with pytest.raises(ValueError, match="not a session: KeyError"):
        session_from_json(json.dumps(members).encode())


@pytest.mark.parametrize("content", [b"", b"[]", b"7", b"null", b"\xff", b"[" * 100_000])
def test_what_is_no_object_is_no_session(content: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - whatever is wrong, it is set aside
        session_from_json(content)


def test_a_bound_session_needs_its_key() -> None:
    members = json.loads(session_to_json(bound()))
    for key in (None, {}, {**members["key"], "d": "AAAA"}, {**members["key"], "d": 7}):
        with pytest.raises(ValueError):  # noqa: PT011 - whatever is wrong, it is set aside
            session_from_json(json.dumps(members | {"key": key}).encode())
