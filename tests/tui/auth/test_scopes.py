"""Scopes asked for, granted and kept; at Entra ID one of them stands for all of an API."""

import pytest

from tui.auth.scopes import joined_scopes, missing_scopes

ENTRA = "openid offline_access api://1/.default"


@pytest.mark.parametrize(
    ("asked", "granted", "missing"),
    [
        ("openid email read write", "read", ["write"]),
        ("openid read", "", []),
        (ENTRA, "api://1/read", []),
        (f"{ENTRA} read", "api://1/read", ["read"]),
    ],
)
def test_what_is_missed_was_asked_for_and_is_not_among_what_the_tenant_lists(
    asked: str, granted: str, missing: list[str]
) -> None:
    assert missing_scopes(asked, granted) == missing


@pytest.mark.parametrize(
    ("scope", "more", "whole"),
    [
        ("openid read", ["write", "read", "write"], "openid read write"),
        ("openid", [], "openid"),
        (ENTRA, ["api://1/read", "openid"], ENTRA),
        (ENTRA, ["api://10/read", "api://1"], f"{ENTRA} api://10/read api://1"),
    ],
)
def test_more_is_asked_for_once_and_not_beside_what_stands_for_it(
    scope: str, more: list[str], whole: str
) -> None:
    assert joined_scopes(scope, more) == whole


@pytest.mark.parametrize(
    "scope", ["openid", "profile", "email", "address", "phone", "offline_access"]
)
def test_a_scope_of_openid_connect_is_not_missed_where_only_the_apis_are_listed(scope: str) -> None:
    assert missing_scopes(f"{scope} read", "read") == []
