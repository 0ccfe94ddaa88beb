"""`doorkey init` by its options alone: what it writes, what it says next, and where it stops."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from tests.support.builders.configs import CONFIG
from tests.support.builders.stores import Keys
from tests.support.processes.worlds import World
from tui.auth.store.client_secret import forget_secret, keep_secret, kept_secret
from tui.cli import main
from tui.config.load import load_config
from tui.errors import ConfigInvalid

GIVEN = ["--issuer=tenant.example", "--client-id=c", "--audience=api"]


@pytest.mark.parametrize("left_out", range(3))
def test_without_a_terminal_nothing_is_asked_and_what_is_missing_is_named(
    left_out: int, own_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    options = [each for index, each in enumerate(GIVEN) if index != left_out]
    assert main(["init", *options]) == 2
    missing = GIVEN[left_out].partition("=")[0]
    output = capsys.readouterr()
    assert output.out == ""
    assert f"{missing} is missing, and stdin is no terminal" in output.err
    assert not own_folder.exists()


def test_all_that_is_missing_is_named_at_once(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["init"]) == 2
    told = "--issuer, --client-id and --audience are missing, and stdin is no terminal"
    assert told in capsys.readouterr().err


def test_a_config_that_is_there_stays(own_folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    own_folder.mkdir(parents=True)
    (own_folder / "auth_config.json").write_text("{}")
    assert main(["init", *GIVEN]) == 2
    assert "is there already. Replace it with --force" in capsys.readouterr().err
    assert (own_folder / "auth_config.json").read_text() == "{}"


def test_a_config_is_named_once(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["init", "work", "--config", "x.json", *GIVEN]) == 2
    assert "Name the config once" in capsys.readouterr().err


def test_a_name_is_no_path(own_folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["init", "../x", *GIVEN]) == 2
    assert "cannot be the name of a profile" in capsys.readouterr().err
    assert not own_folder.exists()


def test_a_tenant_that_is_not_there_leaves_no_file(
    own_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["init", "--issuer=http://127.0.0.1:9", *GIVEN[1:]]) == 5
    assert "127.0.0.1:9 cannot be reached" in capsys.readouterr().err
    assert not own_folder.exists()


def test_a_server_that_is_no_tenant_is_told_apart_from_one_that_is_silent(
    world: World, own_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["init", f"--issuer={world.config.issuer}elsewhere", *GIVEN[1:]]) == 6
    assert "There is no OpenID Provider at the issuer" in capsys.readouterr().err
    assert not own_folder.exists()


def test_where_no_native_app_signs_in_the_reason_is_told(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["init", "--issuer=github.com", *GIVEN[1:]]) == 2
    assert "without OpenID Connect" in capsys.readouterr().err


def test_options_alone_write_a_profile_and_say_what_to_register(
    world: World, own_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    issuer = world.config.issuer
    options = ["--issuer", issuer.rstrip("/"), "--client-id=doorkey-local", "--audience=a"]
    assert main(["init", "work", *options, "--api-url=https://api.example"]) == 0
    output = capsys.readouterr()
    assert output.out == ""
    assert "http://127.0.0.1:8642/callback" in output.err
    assert "Then sign in: doorkey --profile work login\n" in output.err
    assert output.err.endswith("doorkey --profile work init --show\n")
    written = json.loads((own_folder / "profiles" / "work.json").read_text())
    assert (written["domain"], written["apiUrl"]) == (issuer, "https://api.example")
    assert load_config(own_folder / "profiles" / "work.json").profile == "work"


def test_a_secret_is_kept_for_its_client_at_its_tenant_and_forgotten() -> None:
    keys, config = Keys(), CONFIG
    keep_secret(config, "s3cr3t", keys)
    assert kept_secret(config, keys) == "s3cr3t"
    with pytest.raises(ConfigInvalid, match="does not have it"):
        kept_secret(replace(CONFIG, client_id="another"), keys)
    assert forget_secret(config, keys)
    assert keys.kept == {}
    assert not forget_secret(config, keys)
