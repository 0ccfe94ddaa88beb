"""Each key's check by itself: what it takes, and for which reason it takes something else not."""

import json

import pytest

from tui.config.keys import (
    KEYS,
    PROTOCOL_PARAMETERS,
    WrongValue,
    issuer_of,
    session_identity,
)

HOSTS = "a host such as"
ORIGIN = "an origin such as https://api.example.com"
URIS = "loopback URIs such as"


@pytest.mark.parametrize(
    ("key", "value", "taken"),
    [
        ("domain", "tenant.example", "tenant.example"),
        ("domain", "tenant.example:8443", "tenant.example:8443"),
        ("domain", "https://tenant.example/realm/", "https://tenant.example/realm/"),
        ("domain", "http://127.0.0.1:1/", "http://127.0.0.1:1/"),
        ("apiUrl", "https://api.example/", "https://api.example"),
        ("apiUrl", "http://[::1]:3001", "http://[::1]:3001"),
        ("scope", "openid", "openid"),
        ("scope", "api://x/read openid !~", "api://x/read openid !~"),
        ("redirectUris", ["http://127.0.0.1:0/"], ("http://127.0.0.1:0/",)),
        ("authorizationParams", {"max_age": "0"}, {"max_age": "0"}),
        ("authorizationParams", {"max_age": "999999999"}, {"max_age": "999999999"}),
        ("authorizationParams", {}, {}),
        ("audienceParameter", "resource", "resource"),
        ("sessionStorage", "memory", "memory"),
        ("dpop", True, True),
        ("pushedRequests", False, False),
        ("clientSecret", "s ~", "s ~"),
    ],
)
def test_a_right_value_is_taken(key: str, value: object, taken: object) -> None:
    assert KEYS[key].check(value) == taken


@pytest.mark.parametrize(
    ("key", "value", "reason"),
    [
        ("domain", 7, HOSTS),
        ("domain", "", HOSTS),
        ("domain", " tenant.example", HOSTS),
        ("domain", "tenant.\x1bexample", HOSTS),
        ("domain", "https://user@tenant.example/", HOSTS),
        ("clientId", " the-client", "the client's identifier"),
        ("clientId", "the\x1bclient", "the client's identifier"),
        ("clientId", "", "the client's identifier"),
        ("audience", "the-api\n", "the API's identifier"),
        ("audience", "the\u202eapi", "the API's identifier"),
        ("domain", "tenant.example/realm", "the whole issuer URL, with https://, when it has a"),
        ("domain", "tenant.example/", "a host without a slash behind it"),
        ("domain", "tenant.example?q", "without query and fragment"),
        ("domain", "https://tenant.example/#f", "without query and fragment"),
        ("domain", "http://tenant.example/", "an https:// issuer"),
        ("apiUrl", "https://api.example:99999", ORIGIN),
        ("apiUrl", "https://api.example/v1", "without a path"),
        ("apiUrl", "https://api.example?q", "without a path"),
        ("apiUrl", "https://api.example/#f", "without a path"),
        ("apiUrl", "http://api.example", "an https:// origin"),
        ("apiUrl", None, ORIGIN),
        ("scope", "profile openidx", '"openid" among them'),
        ("scope", "openid  email", "separated by one space"),
        ("scope", 'openid "', "separated by one space"),
        ("scope", "openid é", "separated by one space"),
        ("redirectUris", "http://127.0.0.1:1/", "a list of loopback"),
        ("redirectUris", [], "a list of loopback"),
        ("redirectUris", [7], URIS),
        ("redirectUris", ["http://127.0.0.1:99999/"], URIS),
        ("redirectUris", ["http://127.0.0.1/"], "with a port"),
        ("redirectUris", ["http://127.0.0.1:1"], "with a port"),
        ("redirectUris", ["http://tenant.example:1/"], "with a port"),
        ("redirectUris", ["http://127.0.0.1:1/?q"], "without query"),
        ("redirectUris", ["http://127.0.0.1:1/#f"], "without query"),
        ("authorizationParams", [], "an object such as"),
        ("authorizationParams", {"prompt": 7}, 'an object of texts [(]"prompt"'),
        ("authorizationParams", {"": "x"}, "an object of texts"),
        ("authorizationParams", {"max_age": "-1"}, "a number of seconds"),
        ("authorizationParams", {"max_age": "1234567890"}, "a number of seconds"),
        ("authorizationParams", {"max_age": ""}, "a number of seconds"),
        ("audienceParameter", "other", "one of audience, resource, none"),
        ("sessionStorage", "disk", "one of auto, keyring, file, memory"),
        ("dpop", "true", "true or false"),
        ("dpop", 1, "true or false"),
        ("clientSecret", "", "the client's secret"),
        ("clientSecret", 7, "the client's secret"),
        ("clientSecret", "é", "the client's secret"),
        ("clientSecret", "a\n", "the client's secret"),
    ],
)
def test_a_wrong_value_is_refused_for_its_reason(key: str, value: object, reason: str) -> None:
    with pytest.raises(WrongValue, match=reason):
        KEYS[key].check(value)


@pytest.mark.parametrize("name", sorted(PROTOCOL_PARAMETERS))
def test_what_the_sign_in_itself_sends_is_nobody_elses(name: str) -> None:
    """security.md 10."""
    assert len(PROTOCOL_PARAMETERS) == 15
    with pytest.raises(WrongValue, match=f'without "{name}"'):
        KEYS["authorizationParams"].check({name: "x"})


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("apiUrl", "https://api.example/\x1b[2J" + "x" * 5000),
        ("authorizationParams", {"\x1b[2J": 7}),
        ("domain", "\x1b[2J" * 1000),
    ],
)
def test_a_wrong_value_is_shown_short_and_harmless(key: str, value: object) -> None:
    with pytest.raises(WrongValue) as raised:
        KEYS[key].check(value)
    assert "\x1b" not in str(raised.value)
    assert len(str(raised.value)) < 300


def test_three_keys_are_needed() -> None:
    assert {name for name, key in KEYS.items() if key.required} == {
        "domain",
        "clientId",
        "audience",
    }


@pytest.mark.parametrize(
    ("domain", "issuer"),
    [
        ("127.0.0.1:1", "http://127.0.0.1:1/"),
        ("[::1]:1", "http://[::1]:1/"),
        ("[2001:db8::1]", "https://[2001:db8::1]/"),
        ("tenant.example", "https://tenant.example/"),
        ("https://tenant.example", "https://tenant.example"),
    ],
)
def test_an_issuer_is_https_but_on_this_machine(domain: str, issuer: str) -> None:
    assert issuer_of(domain) == issuer


def test_each_of_six_things_makes_another_session() -> None:
    """An api_url of somebody else must never see these tokens."""
    parts = ("issuer", "client_id", "audience", "scope", "api_url", "profile")
    one = session_identity(**{part: part for part in parts})
    for part in parts:
        assert session_identity(**{each: each for each in parts} | {part: "other"}) != one
    unnamed = session_identity(**{part: part for part in parts[:5]}, profile="")
    assert unnamed == '["issuer", "client_id", "audience", "scope", "api_url"]'


def test_a_session_of_an_earlier_release_is_found_whatever_letters_are_in_its_config() -> None:
    parts = ("issuer", "client_id", "audience", "scope", "api_url")
    named = session_identity(**dict.fromkeys(parts, "é"), profile="")
    assert named == json.dumps(["é"] * 5, ensure_ascii=True)
    assert named.isascii()
