import json
from argparse import Namespace
from dataclasses import replace
from pathlib import Path
from typing import Literal

import pytest

from tests.support.builders.configs import CONFIG
from tests.support.clocks import START
from tui.auth.session import DevicePrompt, SignInProgress
from tui.auth.sign_in.surroundings import Surroundings
from tui.cli import main
from tui.commands.login import LoginTeller, hint_after_a_while, hints, options_of
from tui.commands.parser import parse
from tui.config.load import parse_config
from tui.config.paths import BUILT_IN

WAITING = SignInProgress(
    "waiting", "https://tenant.example/authorize", "http://127.0.0.1:8642/callback", START,
    device_offered=True,
)  # fmt: skip

DESKTOP = Surroundings()


def asked(*options: str) -> Namespace:
    return parse(["login", *options])


def test_every_option_reaches_the_sign_in() -> None:
    options = options_of(
        asked("--scope=openid a", "--prompt=login", "--login-hint=bob", "--max-age=60",
              "--acr-values=mfa", "--connection=ldap", "--organization=org_1", "--no-browser")
    )  # fmt: skip
    assert (options.scope, options.prompt, options.login_hint) == ("openid a", "login", "bob")
    assert (options.max_age_seconds, options.acr_values) == (60, "mfa")
    assert (options.connection, options.organization) == ("ldap", "org_1")
    assert not options.open_browser


def test_the_browser_is_opened_unless_it_is_elsewhere() -> None:
    assert options_of(asked()).open_browser
    assert not options_of(asked("--paste")).open_browser
    assert options_of(asked("--device")).way == "device"


@pytest.mark.parametrize(
    "options",
    [["--max-age=-1"], ["--max-age=x"], ["--max-age=1e9"]],
)
def test_a_wrong_max_age_exits_2_and_says_what_is_expected(
    options: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as raised:
        main(["login", *options])
    assert raised.value.code == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    assert "argument --max-age: a number of seconds from 0 on is expected" in shown.err


def test_two_ways_at_once_exit_2(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as raised:
        main(["login", "--paste", "--device"])
    assert raised.value.code == 2
    assert "not allowed with argument" in capsys.readouterr().err


def test_pasting_without_a_terminal_exits_2(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["login", "--paste"]) == 2
    assert "stdin is no terminal" in capsys.readouterr().err


def test_what_a_device_request_has_no_place_for_exits_2(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["login", "--device", "--prompt=login"]) == 2
    assert "--prompt cannot be asked for" in capsys.readouterr().err


@pytest.mark.parametrize("before", [True, False])
def test_the_help_names_the_callback_urls_of_the_config(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], before: bool
) -> None:
    path = tmp_path / "auth_config.json"
    members = {"domain": "tenant.example", "clientId": "the-client", "audience": "a",
               "redirectUris": ["http://127.0.0.1:4711/back"]}  # fmt: skip
    path.write_text(json.dumps(members))
    config = ["--config", str(path)]
    with pytest.raises(SystemExit) as raised:
        main([*config, "login", "--help"] if before else ["login", *config, "--help"])
    assert raised.value.code == 0
    shown = capsys.readouterr().out
    assert "  http://127.0.0.1:4711/back\n" in shown
    assert "the-client" in shown


def test_the_help_names_the_usual_callback_urls_without_a_config(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    with pytest.raises(SystemExit):
        main(["login", "--help"])
    shown = capsys.readouterr().out
    assert "http://127.0.0.1:8642/callback\n  http://127.0.0.1:18642/callback\n" in shown


async def test_after_20_silent_seconds_what_the_tenant_must_allow_is_told(
    capsys: pytest.CaptureFixture[str],
) -> None:
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        assert capsys.readouterr().err == ""
        slept.append(seconds)

    await hint_after_a_while(CONFIG, sleep)
    assert slept == [20]
    told = capsys.readouterr().err
    assert "error about the callback or redirect URI?" in told
    assert CONFIG.redirect_uris[0].replace(":0/", "/") in told


async def test_at_the_built_in_tenant_nothing_is_told_of_what_it_must_allow(
    capsys: pytest.CaptureFixture[str],
) -> None:
    async def sleep(_seconds: float) -> None: ...

    await hint_after_a_while(parse_config(BUILT_IN, CONFIG.path), sleep)
    assert capsys.readouterr().err == ""


def test_at_a_desktop_nothing_more_is_said() -> None:
    assert hints(WAITING, Surroundings(), "browser") == []


def test_over_ssh_the_tunnel_and_the_other_ways_are_told() -> None:
    around = Surroundings(over_ssh=True, has_display=False, ssh_target="pat@192.0.2.7")
    told = "\n".join(hints(WAITING, around, "browser"))
    assert "ssh -L 8642:127.0.0.1:8642 pat@192.0.2.7" in told
    assert told.index("--device") < told.index("--paste")


def test_no_other_device_is_offered_where_the_tenant_is_on_this_machine() -> None:
    around = Surroundings(over_ssh=True, has_display=False, ssh_target="pat@192.0.2.7")
    here = replace(WAITING, url="http://localhost:3002/authorize?a=b")
    told = "\n".join(hints(here, around, "browser"))
    assert "ssh -L 8642:127.0.0.1:8642 -L 3002:127.0.0.1:3002 pat@192.0.2.7" in told
    assert "--device" not in told
    assert "--paste" in told


@pytest.mark.parametrize(
    "around", [Surroundings(in_container=True), Surroundings(has_display=False)]
)
def test_in_a_container_or_without_display_the_other_ways_are_told(around: Surroundings) -> None:
    assert "--paste" in "\n".join(hints(WAITING, around, "browser"))


def tell(
    *browser: Literal["off", "opening", "opened", "failed"], around: Surroundings = DESKTOP
) -> None:
    """Tell of a sign-in whose browser goes through these states."""
    teller = LoginTeller(CONFIG, around, "browser")
    for state in browser:
        teller.tell(replace(WAITING, browser=state))


def test_a_browser_that_was_started_is_told_with_the_address_for_when_it_was_not(
    capsys: pytest.CaptureFixture[str],
) -> None:
    tell("opening", "opened", "opened")
    assert capsys.readouterr().err.split("\n\n") == [
        "Starting your browser. If it does not come up, open this address to sign in:",
        WAITING.url,
        "Your browser was started; waiting at http://127.0.0.1:8642/callback for the answer "
        "(Ctrl-C cancels) ...\n",
    ]


@pytest.mark.parametrize(
    "around", [Surroundings(in_container=True), Surroundings(has_display=False)]
)
@pytest.mark.parametrize(
    ("states", "is_told"),
    [(("opening", "opened"), False), (("opening", "failed"), True), (("off",), True)],
)
def test_other_ways_are_told_in_a_container_where_no_browser_could_be_started(
    around: Surroundings,
    states: tuple[Literal["off", "opening", "opened", "failed"], ...],
    is_told: bool,
    capsys: pytest.CaptureFixture[str],
) -> None:
    tell(*states, around=around)
    assert capsys.readouterr().err.count("--paste") == int(is_told)


def test_over_ssh_the_tunnel_is_told_whatever_could_be_started(
    capsys: pytest.CaptureFixture[str],
) -> None:
    tell("opening", "failed", around=Surroundings(over_ssh=True, in_container=True))
    assert capsys.readouterr().err.count("ssh -L 8642") == 1


def test_a_browser_that_cannot_be_started_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    tell("opening", "failed")
    told = capsys.readouterr().err
    assert "No browser could be started here: open the address above yourself.\nWaiting at" in told


def test_who_opens_the_address_alone_is_told_of_no_browser(
    capsys: pytest.CaptureFixture[str],
) -> None:
    tell("off")
    told = capsys.readouterr().err
    assert told.startswith("To sign in, open this address in a browser:\n\nhttps://tenant.example")
    assert "started" not in told


def test_an_answer_that_comes_before_the_browser_is_known_to_run_ends_the_waiting(
    capsys: pytest.CaptureFixture[str],
) -> None:
    teller = LoginTeller(CONFIG, Surroundings(), "browser")
    teller.tell(replace(WAITING, browser="opening"))
    teller.tell(SignInProgress("completing"))
    assert capsys.readouterr().err.endswith(
        f"{WAITING.url}\n\nThe answer is here; getting the tokens ...\n"
    )


@pytest.mark.parametrize(
    ("host", "is_drawn"),
    [("https://tenant.example", True), ("http://localhost:3002", False)],
)
def test_a_qr_code_and_large_letters_are_drawn_where_another_device_can_open_the_address(
    host: str,
    is_drawn: bool,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", "120")
    monkeypatch.setenv("LINES", "50")
    code = "BCDF-GHJK"
    prompt = DevicePrompt(code, f"{host}/device", f"{host}/device?user_code={code}", START)
    LoginTeller(CONFIG, Surroundings(), "device").tell(SignInProgress("waiting", device=prompt))
    told = capsys.readouterr().err
    assert f"  {host}/device\n" in told
    assert f"  {code}\n" in told
    assert ("█" in told) is is_drawn
