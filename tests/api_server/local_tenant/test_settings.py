import json
import socket
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from api_server.local_tenant.__main__ import main
from api_server.local_tenant.settings import read_command_line
from api_server.serving.flags import SettingsInvalid
from tests.support.ports import free_port
from tests.support.processes.server import Server

NEEDED = {
    "--issuer": "http://localhost:3002/",
    "--client-id": "doorkey-local",
    "--audience": "http://localhost:3001",
    "--redirect-uri": "http://127.0.0.1:8642/callback",
    "--state-dir": "state",
}


def flags(**changes: str | None) -> list[str]:
    values = {**NEEDED, **{f"--{name.replace('_', '-')}": value for name, value in changes.items()}}
    return [part for name, value in values.items() if value is not None for part in (name, value)]


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "api_server.local_tenant", *arguments]
    return subprocess.run(
        command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=30, check=False
    )


def test_address_is_the_issuers_unless_told() -> None:
    settings = read_command_line(flags(issuer="http://localhost:4002")).settings
    assert (settings.host, settings.port) == ("localhost", 4002)
    settings = read_command_line(flags(issuer="http://[::1]:4002/")).settings
    assert (settings.host, settings.port) == ("::1", 4002)
    settings = read_command_line(flags(host="::1", port="5000")).settings
    assert (settings.host, settings.port) == ("::1", 5000)


def test_lifetimes_are_seconds() -> None:
    settings = read_command_line(
        flags(
            access_token_lifetime="1",
            id_token_lifetime="2",
            refresh_token_lifetime="3",
            code_lifetime="4",
        )
    ).settings
    assert settings.access_token_lifetime_seconds == 1
    assert settings.id_token_lifetime_seconds == 2
    assert settings.refresh_token_lifetime_seconds == 3
    assert settings.code_lifetime_seconds == 4


def test_redirect_uri_may_be_repeated() -> None:
    more = ["--redirect-uri", "http://127.0.0.1:0/callback"]
    settings = read_command_line([*flags(), *more]).settings
    assert settings.redirect_uris == (
        "http://127.0.0.1:8642/callback",
        "http://127.0.0.1:0/callback",
    )


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"issuer": "https://tenant.example/"}, "not for production"),
        ({"issuer": "http://tenant.example/"}, "not for production"),
        ({"issuer": "https://localhost:3002/"}, "not for production"),
        ({"issuer": "http://localhost.evil.example/"}, "not for production"),
        ({"issuer": "http://localhost@evil.example/"}, "not for production"),
        ({"issuer": "http://user@localhost/"}, "not for production"),
        ({"issuer": "http://localhost:3002/?x"}, "not for production"),
        ({"issuer": "http://localhost:3002/#x"}, "not for production"),
        ({"issuer": "http://localhost:99999/"}, "not for production"),
        ({"issuer": "http://[::1/"}, "not for production"),
        ({"issuer": "localhost:3002"}, "not for production"),
        ({"issuer": ""}, "not for production"),
        ({"host": "0.0.0.0"}, "binds to loopback only"),
        ({"host": "::"}, "binds to loopback only"),
        ({"host": "192.0.2.1"}, "binds to loopback only"),
        ({"host": "tenant.example"}, "binds to loopback only"),
        ({"host": ""}, "binds to loopback only"),
        ({"port": "0"}, "--port 0"),
        ({"port": "65536"}, "--port 65536"),
        ({"client_id": ""}, "--client-id"),
        ({"client_id": "two words"}, "--client-id"),
        ({"audience": ""}, "--audience"),
        ({"redirect_uri": "http://evil.example/callback"}, "--redirect-uri"),
        ({"redirect_uri": "http://127.0.0.1:8642/callback#x"}, "--redirect-uri"),
        ({"redirect_uri": "callback"}, "--redirect-uri"),
        ({"access_token_lifetime": "0"}, "--access-token-lifetime 0"),
        ({"code_lifetime": "-5"}, "--code-lifetime -5"),
    ],
)
def test_setting_that_cannot_be_is_named(changes: dict[str, str], message: str) -> None:
    arguments = [part for name, value in flags_of(changes) for part in (f"{name}={value}",)]
    with pytest.raises(SettingsInvalid, match=message):
        read_command_line(arguments)


def flags_of(changes: dict[str, str]) -> list[tuple[str, str]]:
    dashed = {f"--{name.replace('_', '-')}": value for name, value in changes.items()}
    return list({**NEEDED, **dashed}.items())


def end_of(
    arguments: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> tuple[object, str, str]:
    """Run it in this process to its end; return its exit code, and what stdout and stderr got."""
    monkeypatch.setattr(sys, "argv", ["local_tenant", *arguments])
    with pytest.raises(SystemExit) as ended:
        main()
    return (ended.value.code, *capsys.readouterr())


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (flags(host="0.0.0.0"), "binds to loopback only"),
        (flags(port="many"), "invalid int value"),
        ([*flags(), "--unheard-of"], "unrecognized"),
    ],
)
def test_wrong_usage_ends_with_2(
    arguments: list[str],
    message: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    code, out, errors = end_of(arguments, monkeypatch, capsys)
    assert (code, out) == (2, "")
    assert message in errors


def test_as_a_command_it_ends_without_a_traceback() -> None:
    ended = run()
    assert (ended.returncode, ended.stdout) == (2, "")
    assert "required" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_help_says_that_it_is_not_for_production(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, _ = end_of(["--help"], monkeypatch, capsys)
    assert code == 0
    assert "NOT FOR PRODUCTION" in out


def test_port_that_is_taken_is_named_with_what_to_do(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        ended = run(*flags(issuer=f"http://localhost:{port}/", state_dir=str(tmp_path)))
    assert ended.returncode == 1
    assert "Traceback" not in ended.stderr
    assert f"port {port}" in ended.stderr.splitlines()[-1]
    assert "--port" in ended.stderr.splitlines()[-1]


def test_state_folder_that_cannot_be_is_named_with_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("")
    arguments = flags(state_dir=str(tmp_path / "file" / "state"))
    code, _, errors = end_of(arguments, monkeypatch, capsys)
    assert code == 1
    assert errors.count("\n") == 1
    assert "choose another --state-dir" in errors


def test_server_says_that_it_is_not_for_production_and_ends_with_its_parent(
    tmp_path: Path,
) -> None:
    port = free_port()
    issuer = f"http://localhost:{port}/"
    arguments = [*flags(issuer=issuer, state_dir=str(tmp_path)), "--stop-with-stdin"]
    server = Server.start(["-m", "api_server.local_tenant", *arguments], port)
    assert json.loads(server.get("/healthz")[1])["issuer"] == issuer
    assert server.process.stdin is not None
    server.process.stdin.close()
    server.process.stdin = None
    first, second, *_ = server.errors().splitlines()
    assert "NOT FOR PRODUCTION" in first
    assert "listening" in second
    assert server.process.returncode == 0
    server.stop()


@pytest.mark.parametrize("flag", NEEDED)
def test_flag_that_is_missing_is_named(flag: str, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = [part for name, value in NEEDED.items() if name != flag for part in (name, value)]
    with pytest.raises(SystemExit, match="2"):
        read_command_line(arguments)
    assert f"required: {flag}" in capsys.readouterr().err


def test_flags_cannot_be_abbreviated(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        read_command_line([*flags(), "--dpop"])
    assert "arguments: --dpop. Did you mean --dpop-nonce?" in capsys.readouterr().err


def test_client_without_an_address_to_lead_back_to_is_refused(tmp_path: Path) -> None:
    settings = read_command_line(flags()).settings
    with pytest.raises(SettingsInvalid, match="at least one is needed"):
        replace(settings, redirect_uris=())


def test_port_of_an_issuer_without_one_is_80() -> None:
    assert read_command_line(flags(issuer="http://localhost/")).settings.port == 80


@pytest.mark.parametrize("port", ["1", "65535"])
def test_every_port_there_is_will_do(port: str) -> None:
    assert read_command_line(flags(port=port)).settings.port == int(port)


def test_what_is_demanded_is_off_unless_told() -> None:
    settings = read_command_line(flags()).settings
    assert (settings.dpop_nonce, settings.require_pushed_requests) == (False, False)
    told = read_command_line([*flags(), "--dpop-nonce", "--require-pushed-requests"]).settings
    assert (told.dpop_nonce, told.require_pushed_requests) == (True, True)


@pytest.mark.parametrize(
    "issuer",
    ["https://localhost:3002/", "http://tenant.example/", "http://localhost:x/", "http://", ""],
)
def test_no_tenant_is_made_that_others_could_reach(issuer: str) -> None:
    """security.md 54."""
    settings = read_command_line(flags()).settings
    with pytest.raises(SettingsInvalid, match="not for production"):
        replace(settings, issuer=issuer)
    with pytest.raises(SettingsInvalid, match="not for production"):
        read_command_line(flags(issuer=issuer))
