"""What the API is told at its start, and what it answers to nonsense."""

import pytest

from api_server.settings import Settings, settings_from

NEEDED = ["--issuer", "https://tenant.example/", "--audience", "https://api.example"]


def test_flags_are_enough() -> None:
    found = settings_from([*NEEDED, "--port", "3003", "--workers", "2", "--strict"], {})
    assert found == Settings(
        "https://tenant.example/", "https://api.example", port=3003, workers=2, strict=True
    )


def test_environment_is_enough_and_flags_win() -> None:
    environment = {
        "API_ISSUER": "https://tenant.example/",
        "API_AUDIENCE": "other",
        "API_HOST": "0.0.0.0",
        "API_PORT": "3005",
        "API_WORKERS": "3",
        "API_ALGORITHMS": "RS256, ES256",
        "API_STRICT": "1",
        "API_RESOURCE": "https://real.example",
    }
    found = settings_from(["--audience", "mine"], environment)
    assert found == Settings(
        "https://tenant.example/",
        "mine",
        host="0.0.0.0",
        port=3005,
        workers=3,
        algorithms=("RS256", "ES256"),
        strict=True,
        resource="https://real.example",
    )


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["--audience", "a"], "--issuer"),
        (["--issuer", "https://t.example/"], "--audience"),
        ([*NEEDED, "--port", "0"], "--port"),
        ([*NEEDED, "--port", "65536"], "--port"),
        ([*NEEDED, "--port", "x"], "--port"),
        ([*NEEDED, "--workers", "0"], "--workers"),
        ([*NEEDED, "--workers", "3001"], "--workers"),
        ([*NEEDED, "--algorithm", "HS256"], "--algorithm"),
        ([*NEEDED, "--algorithm", "none"], "--algorithm"),
        ([*NEEDED, "--algorithm", ""], "--algorithm"),
        ([*NEEDED, "--resource", "api"], "--resource"),
        ([*NEEDED, "--dpop", "maybe"], "--dpop"),
        ([*NEEDED, "--dpop", "off", "--dpop-nonce"], "--dpop-nonce"),
        ([*NEEDED, "--audience-claim", "azp"], "--audience-claim"),
        ([*NEEDED, "--isuer", "x"], "--isuer"),
    ],
)
def test_wrong_setting_is_named_and_exits_with_2(
    arguments: list[str], named: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        settings_from(arguments, {})
    assert ended.value.code == 2
    assert named in capsys.readouterr().err.splitlines()[-1]


def test_flag_that_is_misspelt_is_told_with_the_nearest(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        settings_from([*NEEDED, "--wrokers", "2"], {})
    assert "--wrokers 2. Did you mean --workers?" in capsys.readouterr().err


def test_launcher_has_messages_speak_of_itself(capsys: pytest.CaptureFixture[str]) -> None:
    names = ["--program", "launch api", "--address-setting", "its config"]
    assert settings_from([*NEEDED, *names], {}).address_setting == "its config"
    with pytest.raises(SystemExit):
        settings_from([*NEEDED, *names, "--bogus"], {})
    said = capsys.readouterr().err
    assert said.startswith("usage: launch api ")
    assert "launch api: error: unrecognized arguments: --bogus" in said


@pytest.mark.parametrize(
    "issuer",
    [
        "tenant.example",
        "http://tenant.example/",
        "http://localhost.evil.example/",
        "http://127.evil.example/",
        "http://128.0.0.1/",
        "http://0.0.0.0:3002/",
        "http://[::2]/",
        "https://",
        "https://t.example/?a=b",
        "https://t.example/#a",
        "https://user@t.example/",
        "https://t.example:port/",
        "https://t.example/\n",
        "ftp://t.example/",
        "https://t.ex\u00e4mple/",
    ],
)
def test_issuer_must_be_https_or_loopback(issuer: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        settings_from(["--issuer", issuer, "--audience", "a"], {})
    assert ended.value.code == 2
    assert "--issuer" in capsys.readouterr().err


@pytest.mark.parametrize(
    "host", ["localhost:3002", "LOCALHOST", "127.0.0.1:3002", "127.0.0.2:3002", "[::1]:3002"]
)
def test_issuer_on_loopback_may_be_http(host: str) -> None:
    """Loopback is one definition (security.md 58)."""
    issuer = f"http://{host}/"
    assert settings_from(["--issuer", issuer, "--audience", "a"], {}).issuer == issuer


def test_bound_tokens_are_configured_by_flag_or_environment() -> None:
    assert settings_from(NEEDED, {}).dpop == "allowed"
    assert settings_from([*NEEDED, "--dpop", "required"], {}).dpop == "required"
    assert settings_from(NEEDED, {"API_DPOP": "off"}).dpop == "off"


def test_nonces_are_made_from_a_fresh_secret_or_a_shared_one() -> None:
    assert settings_from(NEEDED, {}).nonce_secret is None
    first, second = (settings_from([*NEEDED, "--dpop-nonce"], {}).nonce_secret for _ in range(2))
    assert first is not None
    assert len(first) == 32
    assert first != second
    shared = {"API_DPOP_NONCE": "1", "API_DPOP_NONCE_SECRET": "s" * 32}
    settings = settings_from(NEEDED, shared)
    assert settings.nonce_secret == b"s" * 32
    assert "s" * 32 not in repr(settings)


def test_secret_that_is_soon_guessed_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        settings_from([*NEEDED, "--dpop-nonce"], {"API_DPOP_NONCE_SECRET": "short"})
    said = capsys.readouterr().err
    assert "API_DPOP_NONCE_SECRET: expected at least 32 characters" in said
    assert "short" not in said.splitlines()[-1]


def test_tokens_of_another_issuer_and_without_aud_are_configured_by_flag_or_environment() -> None:
    settings = settings_from(
        [*NEEDED, "--token-issuer", "https://sts.example/", "--audience-claim", "client_id"], {}
    )
    environment = {"API_TOKEN_ISSUER": "https://sts.example/", "API_AUDIENCE_CLAIM": "client_id"}
    assert settings == settings_from(NEEDED, environment)
    assert settings.token_issuer == "https://sts.example/"
