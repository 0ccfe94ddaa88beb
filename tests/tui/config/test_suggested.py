"""Commands that are suggested use the config that the person who reads of them is using."""

import json
from pathlib import Path

import pytest

from tests.support.builders.configs import write_config, write_profile
from tui.auth.session import SignInProgress
from tui.auth.sign_in.surroundings import Surroundings
from tui.cli import main
from tui.commands.login import LoginTeller
from tui.config.load import load_config
from tui.config.suggested import suggested_for

pytestmark = pytest.mark.usefixtures("config_dir")


@pytest.mark.parametrize(
    ("text", "suggested"),
    [
        ("Sign in: doorkey login.", "Sign in: doorkey --profile slow login."),
        ("doorkey dev, doorkey api", "doorkey --profile slow dev, doorkey --profile slow api"),
        ("have doorkey init keep it", "have doorkey --profile slow init keep it"),
        ("Keep it anew: doorkey init.", "Keep it anew: doorkey --profile slow init."),
        ("Make it: doorkey init slow.", "Make it: doorkey init slow."),
        ("a session of doorkey", "a session of doorkey"),
    ],
)
def test_each_command_that_goes_by_a_config_names_it(text: str, suggested: str) -> None:
    assert suggested_for(write_profile("slow"), text) == suggested


def test_a_config_that_is_found_anyway_is_not_named(
    monkeypatch: pytest.MonkeyPatch, config_dir: Path
) -> None:
    text = "Sign in: doorkey login."
    assert suggested_for(None, text) == text
    profile = write_profile("slow")
    config_dir.mkdir(exist_ok=True)
    for folder in (config_dir, Path.cwd()):
        assert suggested_for(write_config(folder), text) == text
    assert suggested_for(Path("auth_config.json"), text) == text
    monkeypatch.setenv("DOORKEY_PROFILE", "slow")
    assert suggested_for(profile, text) == text
    assert suggested_for(Path("auth_config.json"), text) != text


@pytest.mark.parametrize("name", ["a b", "it's", "$(id)", "a\x1bb", "~pat", "a\nb", "é"])
def test_a_path_that_a_shell_would_not_take_as_it_is_is_left_to_the_reader(name: str) -> None:
    """Quotes of ours would end those around the words of an API that suggest a command, too."""
    suggested = suggested_for(Path(name) / "c.json", "doorkey login --scope 'doorkey login'")
    assert suggested == "doorkey --config PATH login --scope 'doorkey --config PATH login'"


def test_a_failure_suggests_it_to_people_and_programs(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    write_profile("slow")
    write_config(tmp_path)
    assert main(["token", "--profile", "slow"]) == 4
    assert capsys.readouterr().err.endswith("Sign in first: doorkey --profile slow login.\n")
    assert main(["token", "--config=../auth_config.json", "--json"]) == 4
    told = json.loads(capsys.readouterr().out)
    assert told["message"].endswith("doorkey --config ../auth_config.json login.")
    assert told["next"] == "Have a person run: doorkey --config ../auth_config.json login."


def test_status_and_the_doctor_suggest_it(capsys: pytest.CaptureFixture[str]) -> None:
    write_profile("slow", sessionStorage="file")
    assert main(["--profile", "slow", "status"]) == 4
    assert "no; doorkey --profile slow login signs in\n" in capsys.readouterr().out
    assert main(["--profile", "slow", "doctor"]) == 1
    assert "→ Sign in: doorkey --profile slow login.\n" in capsys.readouterr().out


def test_a_sign_in_without_a_browser_suggests_it(capsys: pytest.CaptureFixture[str]) -> None:
    config = load_config(write_profile("slow"))
    url, around = "https://tenant.example/authorize", Surroundings(has_display=False)
    progress = SignInProgress("waiting", url, "http://127.0.0.1:8642/c", device_offered=True)
    LoginTeller(config, around, "browser").tell(progress)
    told = capsys.readouterr().err
    assert "  doorkey --profile slow login --paste: paste" in told
    assert "  doorkey --profile slow login --device: a short code" in told
