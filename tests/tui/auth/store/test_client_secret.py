"""A client's secret and the keyring: kept with its config, found, forgotten."""

import json
from pathlib import Path

import pytest

from tests.support.builders.configs import CONFIG, UNREACHABLE
from tests.support.builders.stores import Keys
from tui.auth.store.client_secret import (
    forget_secret,
    keep_secret,
    kept_secret,
    write_with_secret,
)
from tui.errors import ConfigInvalid, StoreFailed
from tui.json_value import Json

MEMBERS: dict[str, Json] = {**UNREACHABLE}


@pytest.fixture
def keys() -> Keys:
    return Keys()


def test_the_secret_goes_to_the_keyring_and_the_file_says_so(tmp_path: Path, keys: Keys) -> None:
    path = tmp_path / "auth_config.json"
    config, why = write_with_secret(path, MEMBERS, "the-secret", keys, replace=False)
    assert why == ""
    assert json.loads(path.read_text())["clientSecret"] == "keyring"
    assert list(keys.kept.values()) == ["the-secret"]
    assert kept_secret(config, keys) == "the-secret"


def test_without_a_secret_the_file_says_nothing_of_one(tmp_path: Path, keys: Keys) -> None:
    path = tmp_path / "auth_config.json"
    write_with_secret(path, MEMBERS, "", keys, replace=False)
    assert "clientSecret" not in json.loads(path.read_text())
    assert keys.kept == {}


def test_a_keyring_that_does_not_answer_leaves_a_config_without_a_secret(
    tmp_path: Path, keys: Keys
) -> None:
    keys.locked = True
    path = tmp_path / "auth_config.json"
    _, why = write_with_secret(path, MEMBERS, "the-secret", keys, replace=False)
    assert "was not kept" in why
    assert "the-secret" not in path.read_text() + why
    with pytest.raises(StoreFailed, match="was not kept"):
        keep_secret(CONFIG, "the-secret", keys)
    with pytest.raises(ConfigInvalid, match="does not answer"):
        kept_secret(CONFIG, keys)


def test_a_config_that_is_there_stays_and_nothing_is_kept(tmp_path: Path, keys: Keys) -> None:
    path = tmp_path / "auth_config.json"
    path.write_text("{}")
    with pytest.raises(ConfigInvalid):
        write_with_secret(path, MEMBERS, "the-secret", keys, replace=False)
    assert path.read_text() == "{}"
    assert keys.kept == {}
    write_with_secret(path, MEMBERS, "the-secret", keys, replace=True)
    assert json.loads(path.read_text())["clientSecret"] == "keyring"


def test_a_secret_is_forgotten_where_one_is_kept(keys: Keys) -> None:
    assert not forget_secret(CONFIG, keys)
    keep_secret(CONFIG, "the-secret", keys)
    keys.locked = True
    assert not forget_secret(CONFIG, keys)
    keys.locked = False
    assert forget_secret(CONFIG, keys)
    assert keys.kept == {}
