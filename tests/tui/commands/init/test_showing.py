"""`doorkey init --show`: what to register, once more; and what programs are told."""

from pathlib import Path

import pytest

from tests.support.documents import validated
from tests.support.processes.worlds import World
from tui.cli import main
from tui.config.paths import profile_path
from tui.config.write import write_config

AUTH0 = {"domain": "https://127.0.0.1:9/", "clientId": "the-client", "audience": "the-api"}
"""Nobody answers there."""


@pytest.fixture
def own() -> str:
    """The profile of a tenant that does not answer."""
    write_config(profile_path("own"), AUTH0 | {"redirectUris": ["http://localhost:1/callback"]})
    return "own"


def test_the_steps_are_said_with_the_configs_own_values(
    own: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["init", own, "--show", "--vendor", "auth0"]) == 0
    output = capsys.readouterr()
    assert output.out.startswith("At Auth0, in its own words:\n\n  1. Applications")
    for value in ("http://localhost:1/callback", "Identifier the-api"):
        assert value in output.out
    assert "The tenant was not looked up: 127.0.0.1:9 cannot be" in output.err


def test_a_tenant_that_answers_says_itself_who_it_is(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["init", "--show", "--config", str(world.config.path)]) == 0
    output = capsys.readouterr()
    assert output.out.startswith("What any OpenID Provider needs:\n\n  1. A native")
    assert world.config.client_id in output.out
    assert output.err == ""


def test_without_that_config_it_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["init", "none", "--show"]) == 2
    assert "There is no profile none" in capsys.readouterr().err


def test_a_program_is_told_what_was_written_and_what_to_register(
    world: World, own_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    options = ["--issuer", world.config.issuer, "--client-id=c", "--audience=a", "--json"]
    assert main(["init", "work", *options]) == 0
    output = capsys.readouterr()
    told = validated(output.out, "init")
    assert output.err == ""
    assert (told["profile"], told["vendor"], told["client_id"]) == ("work", "generic", "c")
    assert any("8642/callback" in step for step in told["register"])
    assert (own_folder / "profiles" / "work.json").exists()
    assert main(["init", "work", "--show", "--json"]) == 0
    assert validated(capsys.readouterr().out, "init") == told


def test_a_program_is_told_why_not(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["init", "--json"]) == 2
    assert (
        "nothing is asked with --json" in validated(capsys.readouterr().out, "failure")["message"]
    )
    options = ["--issuer=http://127.0.0.1:9", "--client-id=c", "--audience=a", "--json"]
    assert main(["init", *options]) == 5
    assert validated(capsys.readouterr().out, "failure")["error"] == "tenant_unreachable"
