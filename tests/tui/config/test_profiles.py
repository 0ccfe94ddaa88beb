"""Named profiles: which config counts, and whose session that is."""

import json
import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.support.builders.configs import UNREACHABLE, write_profile
from tests.support.builders.sessions import session
from tui.auth.store.file_store import session_store
from tui.cli import main
from tui.commands.token.quick import look
from tui.config.known import known_configs
from tui.config.load import load_config, reload_config
from tui.config.paths import (
    built_in_config,
    find_config,
    profile_names,
    profile_of,
    profile_path,
    shown,
)
from tui.config.write import write_config
from tui.errors import ConfigInvalid

pytestmark = pytest.mark.usefixtures("config_dir")


def sign_in(path: Path, name: str) -> None:
    kept = session(obtained_at=datetime.now(UTC), access_token=f"token-of-{name}")
    session_store(load_config(path)).save(kept)


def test_two_profiles_of_one_tenant_are_two_people_side_by_side(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    sign_in(write_profile("work"), "work")
    sign_in(write_profile("home"), "home")
    assert main(["token", "--profile", "work"]) == 0
    assert main(["--profile=home", "token"]) == 0
    monkeypatch.setenv("DOORKEY_PROFILE", "work")
    assert main(["token"]) == 0
    assert capsys.readouterr().out.split() == ["token-of-work", "token-of-home", "token-of-work"]
    assert look().access_token == "token-of-work"


def test_a_profile_named_by_its_file_is_the_same_profile(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert load_config(write_profile("work")).profile == "work"
    assert main(["status", "--json", "--config", str(write_profile("work"))]) == 4
    assert json.loads(capsys.readouterr().out)["profile"] == "work"


def test_without_a_profile_the_session_is_what_it_was_before_there_were_profiles(
    tmp_path: Path,
) -> None:
    config = write_config(tmp_path / "auth_config.json", UNREACHABLE)
    assert config.profile == ""
    assert config.session_identity == (
        '["http://127.0.0.1:9/", "the-client", "the-api", '
        '"openid profile email offline_access", "http://127.0.0.1:9"]'
    )


def test_a_file_in_some_other_folder_called_profiles_is_no_profile(tmp_path: Path) -> None:
    assert profile_of(tmp_path / "profiles" / "work.json") == ""
    assert profile_of(Path("profiles/work.json")) == ""


def test_the_environments_profile_goes_before_this_folder(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    Path("auth_config.json").write_text(json.dumps(UNREACHABLE))
    assert find_config().name == "auth_config.json"
    monkeypatch.setenv("DOORKEY_PROFILE", "work")
    assert find_config() == profile_path("work")


def test_the_first_config_that_is_given_counts(
    config_dir: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The command line's, the environment's, this folder's, one's own; then there is none."""

    def counting(*options: str) -> str:
        assert main(["status", "--json", *options]) == 4
        return str(json.loads(capsys.readouterr().out)["client_id"])

    for folder in (Path("elsewhere"), Path(), config_dir):
        folder.mkdir(parents=True, exist_ok=True)
        client = f"in {folder.name or 'here'}"
        write_config(folder / "auth_config.json", UNREACHABLE | {"clientId": client})
    write_profile("work", clientId="of work")
    elsewhere = "elsewhere/auth_config.json"
    monkeypatch.setenv("DOORKEY_CONFIG", elsewhere)
    assert counting("--profile", "work") == "of work"
    assert counting() == "in elsewhere"
    monkeypatch.delenv("DOORKEY_CONFIG")
    monkeypatch.setenv("DOORKEY_PROFILE", "work")
    assert counting("--config", elsewhere) == "in elsewhere"
    assert counting() == "of work"
    monkeypatch.delenv("DOORKEY_PROFILE")
    assert counting() == "in here"
    Path("auth_config.json").unlink()
    assert counting() == "in doorkey"
    (config_dir / "auth_config.json").unlink()
    assert main(["status"]) == 2


def test_a_profile_is_not_asked_about_where_one_stands_in_its_folder(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    elsewhere = {"domain": "tenant.example", "apiUrl": "https://api.example"}
    monkeypatch.chdir(write_profile("work", **elsewhere).parent)
    monkeypatch.setenv("DOORKEY_PROFILE", "work")
    assert load_config().profile == "work"


@pytest.mark.parametrize(
    "argv",
    [
        ["status", "--config", "a.json", "--profile", "work"],
        ["--profile", "work", "status", "--config", "a.json"],
        ["--config", "a.json", "token", "--profile", "work"],
    ],
)
def test_a_config_and_a_profile_on_one_command_line_are_wrong_usage(
    argv: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(argv)
    assert ended.value.code == 2
    assert "not allowed with argument" in capsys.readouterr().err


def test_a_config_and_a_profile_in_the_environment_are_a_wrong_config(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write_profile("work")
    monkeypatch.setenv("DOORKEY_CONFIG", str(path))
    monkeypatch.setenv("DOORKEY_PROFILE", "work")
    assert main(["token"]) == main(["status"]) == 2
    assert "DOORKEY_CONFIG and DOORKEY_PROFILE are both set" in capsys.readouterr().err
    assert main(["status", "--profile", "work"]) == 4


@pytest.mark.parametrize(
    "name",
    ["", "../work", "a/b", "/etc/passwd", ".hidden", "-x", "a b", "a\n", "\x1b[31m", "x" * 65],
)
def test_what_cannot_be_the_name_of_a_profile_is_refused(
    name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["status", f"--profile={name}"]) == 2
    if name:
        monkeypatch.setenv("DOORKEY_PROFILE", name)
        assert main(["token"]) == 2
    said = capsys.readouterr().err
    assert "cannot be the name of a profile" in said
    assert "\x1b" not in said


def test_a_profile_that_is_not_there_is_told_with_those_that_are(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["status", "--profile", "work"]) == 2
    assert "and there is none yet. Make it: doorkey init " in capsys.readouterr().err
    write_profile("home")
    write_profile("lab")
    assert main(["status", "--profile", "work"]) == 2
    assert "no profile work" in (said := capsys.readouterr().err)
    assert "there are home, lab. Name one of these, or make it: doorkey init work." in said


def test_a_long_list_of_profiles_is_cut() -> None:
    for number in range(10):
        write_profile(f"{number}{'x' * 50}")
    for ask in (find_config, lambda: load_config(profile_path("work"))):
        with pytest.raises(ConfigInvalid, match=r"0x{50}, 1x{50}") as raised:
            ask()
        assert "9x" not in str(raised.value)


@pytest.mark.parametrize(
    ("name", "profile"),
    [
        ("doorkey/profiles/work.json", "work"),
        ("doorkey/profiles/work.txt", ""),
        ("doorkey/work.json", ""),
        ("doorkey/profiles/.json", ""),
    ],
)
def test_a_profile_is_known_by_where_its_file_stands(
    config_dir: Path, name: str, profile: str
) -> None:
    assert (profile_of(config_dir.parent / name) or "") == profile


def test_a_name_that_is_none_is_shown_short_and_harmless() -> None:
    with pytest.raises(ConfigInvalid, match="cannot be the name of a profile") as raised:
        profile_path("\x1b[2J" + "x" * 5000)
    assert "\x1b" not in str(raised.value)
    assert len(str(raised.value)) < 300


def test_only_files_with_a_profiles_name_are_profiles() -> None:
    folder = write_profile("work").parent
    for name in (".work.json.1234", "notes.txt", "my own.json"):
        (folder / name).write_text("{}")
    assert profile_names() == ("work",)


def test_a_config_is_written_for_its_owner_alone(config_dir: Path) -> None:
    path = profile_path("work")
    assert write_config(path, UNREACHABLE | {"clientSecret": "s"}).profile == "work"
    assert load_config(path).client_secret == "s"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert {stat.S_IMODE(each.stat().st_mode) for each in (path.parent, config_dir)} == {0o700}


def test_a_wrong_config_is_not_written() -> None:
    with pytest.raises(ConfigInvalid, match='"clientID" is not a known key'):
        write_config(profile_path("work"), UNREACHABLE | {"clientID": "x"})
    assert not profile_path("work").parent.exists()


def test_a_config_that_is_there_makes_room_only_where_that_is_asked_for() -> None:
    path = write_profile("work")
    before = path.read_bytes()
    with pytest.raises(ConfigInvalid, match="is there already"):
        write_config(path, UNREACHABLE | {"audience": "other"})
    assert path.read_bytes() == before
    assert write_config(path, UNREACHABLE | {"audience": "other"}, replace=True).audience == "other"


def test_a_link_that_leads_nowhere_is_there_already(tmp_path: Path) -> None:
    (tmp_path / "auth_config.json").symlink_to(tmp_path / "nowhere")
    with pytest.raises(ConfigInvalid, match="is there already"):
        write_config(tmp_path / "auth_config.json", UNREACHABLE)
    assert (tmp_path / "auth_config.json").is_symlink()


def test_a_config_that_cannot_be_written_is_told_and_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(ConfigInvalid, match="cannot be written: No such file or directory"):
        write_config(tmp_path / "nowhere" / "auth_config.json", UNREACHABLE)


def test_a_config_that_one_has_written_oneself_needs_no_question() -> None:
    elsewhere = UNREACHABLE | {"domain": "tenant.example", "apiUrl": "https://api.example"}
    write_config(Path.cwd() / "auth_config.json", elsewhere)
    assert load_config().api_url == "https://api.example"


def test_the_secret_of_the_environment_is_for_no_tenant_of_the_list(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """security.md 40: opened from the list, another tenant would be sent it."""
    for name in ("work", "home"):
        write_profile(name, clientSecret=f"own-{name}")
    monkeypatch.setenv("DOORKEY_PROFILE", "work")
    monkeypatch.setenv("DOORKEY_CLIENT_SECRET", "of-work")
    configs = {each.profile: each.config for each in known_configs()}
    secrets = {name: config and config.client_secret for name, config in configs.items()}
    assert secrets == {"work": "own-work", "home": "own-home"}


def test_a_config_that_is_read_again_has_the_environments_secret_only_if_it_was_chosen(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """security.md 40: edited in the app, another tenant would be sent it."""
    for name in ("work", "home"):
        write_profile(name, clientSecret=f"own-{name}")
    monkeypatch.setenv("DOORKEY_CLIENT_SECRET", "of-work")
    chosen = load_config(profile_path("work"))
    (home,) = (each.config for each in known_configs() if each.profile == "home")
    assert home is not None
    assert reload_config(chosen).client_secret == "of-work"
    assert reload_config(home).client_secret == "own-home"


def test_the_built_in_config_is_called_so_and_any_other_by_its_path(config_dir: Path) -> None:
    ours, other = built_in_config(), write_config(config_dir / "auth_config.json", UNREACHABLE)
    labels = {each.path: each.label for each in known_configs(ours)}
    assert labels == {ours: "built in", other.path: shown(other.path)}


def test_the_built_in_config_stays_known_when_another_is_opened() -> None:
    other = write_profile("work")
    assert [each.label for each in known_configs(other)] == ["work"]
    built_in_config()
    assert [each.label for each in known_configs(other)] == ["built in", "work"]
