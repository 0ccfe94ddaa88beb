import json
from pathlib import Path

import pytest

from tests.support import ROOT
from tests.support.builders.configs import write_config, write_profile
from tui.config.load import load_config, parse_config
from tui.config.paths import find_config, shown
from tui.errors import ConfigInvalid, ConfigMissing

FILE = Path("auth_config.json")
LEAST = {"domain": "localhost:3002", "clientId": "doorkey-local", "audience": "http://api"}


def parsed(**members: object):  # type: ignore[no-untyped-def] # a Config, whose fields tests read
    return parse_config(json.dumps(LEAST | members), FILE)


def problem(text: str) -> str:
    with pytest.raises(ConfigInvalid) as raised:
        parse_config(text, FILE)
    return str(raised.value)


def problem_with(**members: object) -> str:
    return problem(json.dumps(LEAST | members))


def test_the_repositorys_own_config_means_the_local_tenant() -> None:
    config = load_config(ROOT / "auth_config.json")
    assert config.issuer == "http://localhost:3002/"
    assert config.client_id == "doorkey-local"
    assert config.audience == "http://localhost:3001"
    assert config.api_url == "http://localhost:3001"


@pytest.mark.parametrize(
    ("domain", "issuer"),
    [
        ("tenant.eu.auth0.com", "https://tenant.eu.auth0.com/"),
        ("localhost:3002", "http://localhost:3002/"),
        ("127.0.0.1:3002", "http://127.0.0.1:3002/"),
        ("[::1]:3002", "http://[::1]:3002/"),
        ("https://id.example/realms/one", "https://id.example/realms/one"),
        ("http://localhost:8080/realms/one/", "http://localhost:8080/realms/one/"),
    ],
)
def test_the_issuer_follows_from_the_domain_to_the_letter(domain: str, issuer: str) -> None:
    assert parsed(domain=domain).issuer == issuer


@pytest.mark.parametrize(
    "domain",
    [
        "", " ", 7, None, "a b", "x.com/", "x.com/realm", "http://x.com/", "ftp://x.com/",
        "https://u@x.com/", "https://x.com/?q", "https://x.com/#f", "localhost:99999",
        "https:///path", "x\u202e.com", "x.com\n", "x.com?q", "u@x.com",
    ],
)  # fmt: skip
def test_a_domain_that_is_no_issuer_is_refused_by_name(domain: object) -> None:
    assert "auth_config.json" in problem_with(domain=domain)
    assert '"domain" must be' in problem_with(domain=domain)


@pytest.mark.parametrize(
    ("key", "value", "expected"),
    [
        ("clientId", "", "identifier"),
        ("audience", ["a"], "identifier"),
        ("apiUrl", "http://api.example", "https"),
        ("apiUrl", "https://api.example/v1", "without a path"),
        ("apiUrl", "api.example", "origin"),
        ("scope", "profile", "openid"),
        ("scope", "openid  email", "one space"),
        ("redirectUris", [], "loopback"),
        ("redirectUris", "http://127.0.0.1:1/", "list"),
        ("redirectUris", ["http://example.com:80/"], "loopback"),
        ("redirectUris", ["http://127.0.0.1/callback"], "port"),
        ("redirectUris", ["http://127.0.0.1:1/?x"], "query"),
        ("redirectUris", ["https://127.0.0.1:1/"], "loopback"),
        ("audienceParameter", "both", "one of audience, resource, none"),
        ("authorizationParams", {"state": "x"}, 'without "state"'),
        ("authorizationParams", {"max_age": 3}, "object of texts"),
        ("authorizationParams", {"max_age": "soon"}, "number of seconds in digits"),
        ("authorizationParams", {"max_age": "-1"}, "number of seconds in digits"),
        ("authorizationParams", [], "object"),
        ("sessionStorage", "cloud", "one of auto, keyring, file, memory"),
    ],
)
def test_a_wrong_value_names_its_key_and_what_was_expected(
    key: str, value: object, expected: str
) -> None:
    message = problem_with(**{key: value})
    assert f'"{key}"' in message
    assert expected in message


def test_an_unknown_key_suggests_the_nearest_known_one() -> None:
    assert 'did you mean "clientId"?' in problem_with(clientID="x")
    assert 'did you mean "redirectUris"?' in problem_with(redirect_uris=[])
    assert "known are domain, clientId" in problem_with(zzz=1)


@pytest.mark.parametrize("key", ["domain", "clientId", "audience"])
def test_a_missing_key_is_named(key: str) -> None:
    members = {name: value for name, value in LEAST.items() if name != key}
    assert f'"{key}" is missing' in problem(json.dumps(members))


@pytest.mark.parametrize("text", ["", "{", "[]", "7", '{"domain":"a","domain":"b"}', "[" * 100000])
def test_what_is_no_json_object_is_refused(text: str) -> None:
    assert problem(text).startswith("auth_config.json: ")


def test_broken_json_is_told_with_its_place_and_two_ways_on(config_dir: Path) -> None:
    for path, which in (
        (FILE, " --config auth_config.json"), (config_dir / "auth_config.json", ""),
        (config_dir / "profiles" / "work.json", " work"),
        (Path("my configs") / "a.json", " --config 'my configs/a.json'"),
    ):  # fmt: skip
        with pytest.raises(ConfigInvalid, match=f"anew: doorkey init{which} --force.$") as raised:
            parse_config('{\n  "domain": "a"\n  "clientId"}', path)
        assert "this is not JSON, line 3, column 3: Expecting ',' deli" in str(raised.value)


def test_resource_needs_an_absolute_uri_as_audience() -> None:
    assert "RFC 8707" in problem_with(audience="api", audienceParameter="resource")


def test_hostile_text_in_a_config_does_not_reach_the_terminal() -> None:
    assert "\x1b" not in problem('{"\x1b]52;c;x\x07": 1}'.replace("\x1b", "\\u001b"))
    assert "\x1b" not in problem_with(domain="\x1b[31mx")


@pytest.mark.parametrize("content", [None, b"\xff\xfe", b"{", b"{}"])
def test_a_path_that_would_steer_a_terminal_is_told_printable(
    tmp_path: Path, content: bytes | None
) -> None:
    """security.md 50."""
    path = tmp_path / "\x1b]0;x\x07\x1b[2J.json"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ConfigInvalid, match=r"\]0;x\[2J\.json: ") as raised:
        load_config(path)
    assert str(raised.value).isprintable()


def test_a_file_that_is_not_there_or_not_text_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigInvalid, match="no such file"):
        load_config(tmp_path / "none.json")
    with pytest.raises(ConfigInvalid, match="cannot be read"):
        load_config(tmp_path)
    (tmp_path / "binary.json").write_bytes(b"\xff\xfe{}")
    with pytest.raises(ConfigInvalid, match="UTF-8"):
        load_config(tmp_path / "binary.json")
    (tmp_path / "large.json").write_bytes(b" " * (1024 * 1024 + 1))
    with pytest.raises(ConfigInvalid, match="larger than 1 MiB"):
        load_config(tmp_path / "large.json")


def test_a_byte_order_mark_does_no_harm(tmp_path: Path) -> None:
    path = tmp_path / "auth_config.json"
    path.write_text("\ufeff" + json.dumps(LEAST), "utf-8")
    assert load_config(path).path == path


@pytest.mark.parametrize(
    ("home", "said"), [("/home/me", "~/x"), ("/", "/home/me/x"), ("me", "/home/me/x")]
)
def test_a_path_is_told_from_the_home_folder_on(
    monkeypatch: pytest.MonkeyPatch, home: str, said: str
) -> None:
    monkeypatch.setenv("HOME", home)
    assert shown(Path("/home/me/x")) == said
    assert shown(Path("/other/\x1b")) == "/other/"
    assert shown(Path("me/x")) == "me/x"


def test_a_folder_with_a_hostile_name_steers_no_terminal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = tmp_path / "\x1b[2J"
    here.mkdir()
    monkeypatch.chdir(here)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(here))
    with pytest.raises(ConfigMissing) as raised:
        find_config()
    assert "\x1b" not in str(raised.value)
    monkeypatch.setenv("DOORKEY_CONFIG", "~no\x1buser/x")
    with pytest.raises(ConfigInvalid) as wrong:
        find_config()
    assert "\x1b" not in str(wrong.value)


def test_the_variable_goes_before_this_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "auth_config.json").write_text("{}")
    assert find_config() == tmp_path / "auth_config.json"
    monkeypatch.setenv("DOORKEY_CONFIG", str(tmp_path / "other.json"))
    assert find_config() == tmp_path / "other.json"


def test_with_no_config_anywhere_the_error_says_where_it_looked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    with pytest.raises(ConfigInvalid, match="--config PATH or DOORKEY_CONFIG") as raised:
        find_config()
    assert str(tmp_path / "auth_config.json") in str(raised.value)
    assert "Profiles there" not in str(raised.value)
    write_profile("second")
    write_profile("work")
    with pytest.raises(ConfigInvalid, match=r"Profiles there: second, work \(--profile second\)\."):
        find_config()


def test_another_api_is_another_session() -> None:
    one, other = parsed(apiUrl="https://one.example"), parsed(apiUrl="https://other.example")
    assert one.session_identity != other.session_identity


def test_client_secret_is_taken_from_the_file_or_from_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "auth_config.json"
    path.write_text(json.dumps(LEAST | {"clientSecret": "of the file"}))
    assert load_config(path).client_secret == "of the file"
    monkeypatch.setenv("DOORKEY_CLIENT_SECRET", "of the environment")
    assert load_config(path).client_secret == "of the environment"


@pytest.mark.parametrize("secret", ["", "s3cr\u00e9t", "s3cr\nt", 53, ["s3cret"]])
def test_wrong_client_secret_is_refused_without_repeating_it(secret: object) -> None:
    said = problem_with(clientSecret=secret)
    assert '"clientSecret" must be' in said
    assert "s3c" not in said
    assert "53" not in said


@pytest.mark.parametrize(
    "name",
    ["request", "request_uri", "response_mode", "response_type", "client_id", "redirect_uri",
     "state", "nonce", "code_challenge", "code_challenge_method", "scope", "audience", "resource",
     "client_secret", "dpop_jkt", "Request_Uri", " state"],
)  # fmt: skip
def test_no_parameter_of_the_protocol_can_be_set_by_the_config(tmp_path: Path, name: str) -> None:
    """security.md 59."""
    path = write_config(tmp_path, authorizationParams={name: "x"})
    with pytest.raises(ConfigInvalid, match=f'without "{name}", which the sign-in itself sets'):
        load_config(path)


def test_a_config_has_1_mib_at_most(tmp_path: Path) -> None:
    path = tmp_path / "auth_config.json"
    content = json.dumps(LEAST).encode()
    path.write_bytes(content + b" " * (1024 * 1024 - len(content)))
    assert load_config(path).client_id == "doorkey-local"
    path.write_bytes(content + b" " * (1024 * 1024 + 1 - len(content)))
    with pytest.raises(ConfigInvalid, match="larger than 1 MiB"):
        load_config(path)


def test_a_path_with_a_hostile_name_steers_no_terminal(tmp_path: Path) -> None:
    for path in (tmp_path / "\x1b[2J.json", tmp_path / "\x1b"):
        with pytest.raises(ConfigInvalid, match="there is no such file") as raised:
            load_config(path)
        assert "\x1b" not in str(raised.value)


def test_a_file_that_is_missing_is_told_with_the_variable_that_names_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DOORKEY_CONFIG", str(tmp_path / "nowhere.json"))
    with pytest.raises(ConfigInvalid, match=r"no such file \(DOORKEY_CONFIG names it\)\. Write"):
        load_config()
    with pytest.raises(ConfigInvalid, match=r"no such file\. Write"):
        load_config(tmp_path / "other.json")


def test_a_folder_that_is_gone_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "gone").mkdir()
    monkeypatch.chdir(tmp_path / "gone")
    (tmp_path / "gone").rmdir()
    with pytest.raises(ConfigInvalid, match="that you are in is gone"):
        find_config()


def test_a_config_and_a_profile_in_the_environment_do_not_go_together(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("DOORKEY_PROFILE", "work")
    assert find_config().name == "work.json"
    monkeypatch.setenv("DOORKEY_CONFIG", "x")
    with pytest.raises(ConfigInvalid, match="are both set"):
        find_config()
