"""A session's key is kept with it; sessions of the format before are as good as ever."""

import json
import os
from pathlib import Path

import pytest

from tests.support.builders.sessions import session
from tests.support.builders.stores import Keys, file_store
from tests.support.tenants.bound import KEY, bound
from tui.auth.dpop.session_key import SessionKey
from tui.auth.store.file_store import session_from_json, session_to_json
from tui.errors import StoreFailed

EARLIER = (
    b'{"version": 1, "access_token": "at", "access_token_expiry": "2100-01-01T00:00:00+00:00", '
    b'"id_token": "it", "token_expiry": "2100-01-01T00:00:00+00:00", "refresh_token": "rt", '
    b'"scope": "openid", "obtained_at": "2026-01-01T00:00:00+00:00", "profile": {"sub": "alice"}, '
    b'"signed_in_at": "2026-01-01T00:00:00+00:00", "renewed_at": [], "clock_skew_seconds": 0.0}'
)
"""As releases before there were keys wrote it."""


def test_the_key_is_kept_with_the_session(tmp_path: Path) -> None:
    file_store(tmp_path).save(bound())
    assert file_store(tmp_path).load() == bound()


def test_the_key_is_wiped_with_the_session(tmp_path: Path) -> None:
    store = file_store(tmp_path)
    store.save(bound())
    store.clear()
    assert not any(KEY.d in path.read_text() for path in tmp_path.iterdir())


def test_a_session_of_the_format_before_is_taken_up(tmp_path: Path) -> None:
    store = file_store(tmp_path)
    store.save(session())
    fd = os.open(store.path, os.O_WRONLY | os.O_TRUNC)
    os.write(fd, EARLIER)
    os.close(fd)
    kept = file_store(tmp_path).load()
    assert kept is not None
    assert (kept.token_set.refresh_token, kept.profile.subject, kept.key) == ("rt", "alice", None)


def test_a_session_without_key_can_still_be_read_by_the_release_before() -> None:
    assert json.loads(session_to_json(session()))["version"] == 1
    assert json.loads(session_to_json(bound()))["version"] == 2


@pytest.mark.parametrize(
    "key",
    [None, [], {}, {"x": KEY.x, "y": KEY.y}, {"x": KEY.x, "y": KEY.y, "d": "AAAA"},
     {"x": KEY.x, "y": KEY.y, "d": 7}, {"x": "+" * 43, "y": KEY.y, "d": KEY.d}],
)  # fmt: skip
def test_a_session_whose_key_is_damaged_is_none(key: object) -> None:
    members = json.loads(session_to_json(bound())) | {"key": key}
    with pytest.raises(ValueError, match=r"expected|base64|padding|data"):
        session_from_json(json.dumps(members).encode())


def test_a_key_that_went_with_its_keyring_is_told_and_another_sign_in_helps(
    tmp_path: Path,
) -> None:
    keys = Keys()
    store = file_store(tmp_path, storage="keyring", keys=keys)
    store.reserve()
    store.save(bound())
    assert KEY.d.encode() not in store.path.read_bytes()
    keys.kept.clear()
    after = file_store(tmp_path, storage="keyring", keys=keys)
    with pytest.raises(StoreFailed, match="does not have it"):
        after.load()
    other = SessionKey.fresh()
    after.reserve()
    after.save(bound(key=other))
    assert file_store(tmp_path, storage="keyring", keys=keys).load() == bound(key=other)


def test_who_is_killed_between_the_key_and_the_session_loses_nothing(tmp_path: Path) -> None:
    keys = Keys()
    for kept in (None, bound()):
        file_store(tmp_path, storage="keyring", keys=keys).reserve()  # and never writes
        assert file_store(tmp_path, storage="keyring", keys=keys).load() == kept
        after = file_store(tmp_path, storage="keyring", keys=keys)
        after.reserve()
        after.save(bound())
    assert len(keys.kept) == 1
    after.clear()
    assert (list(tmp_path.iterdir()), keys.kept) == ([], {})
