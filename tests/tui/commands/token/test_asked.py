"""A command line of `doorkey token`, read without argparse; and what a shell may be given."""

import json
from datetime import UTC, datetime

import pytest

from tui.commands.token.formats import Asked, Grant, asked_in, checked, env, exec_credential
from tui.errors import TenantMisbehaved, WrongUsage

GRANT = Grant("the-token", datetime(2026, 1, 1, tzinfo=UTC))
GET = ("GET", "https://api.example/")


@pytest.mark.parametrize(
    ("line", "asked"),
    [
        ("", Asked()),
        ("--id-token", Asked(id_token=True)),
        ("--format json", Asked(format="json")),
        ("--format=env --id-token", Asked(format="env", id_token=True)),
        ("--format git-credential get", Asked(format="git-credential", operation="get")),
        ("get --format=credential-helper", Asked(format="credential-helper", operation="get")),
        ("--format git-credential get erase", None),
        ("--format", None),
        ("--format nonsense", None),
        ("--min-validity 9", None),
        ("--help", None),
        ("-x", None),
    ],
)
def test_an_ordinary_line_is_read_and_any_other_left_to_argparse(
    line: str, asked: Asked | None
) -> None:
    assert asked_in(line.split()) == asked


@pytest.mark.parametrize(
    ("asked", "reason"),
    [
        (Asked(nonce="n"), "--nonce goes with --for"),
        (Asked(format="token", request=GET), "--for goes with --format header"),
        (Asked(format="header", request=GET, id_token=True), "--for goes with --format header"),
        (Asked(format="json", operation="get"), "Leave it out"),
        (Asked(format="git-credential", operation="get", id_token=True), "Leave --id-token out"),
        (Asked(format="credential-helper"), "needs an operation"),
        (Asked(format="git-credential"), "needs an operation"),
        (Asked(format="credential-helper", operation="store"), "the operation get only"),
    ],
)
def test_what_does_not_go_together_is_refused(asked: Asked, reason: str) -> None:
    with pytest.raises(WrongUsage, match=reason):
        checked(asked)


@pytest.mark.parametrize(
    "asked",
    [
        Asked(format="header", request=GET),
        Asked(format="header", request=GET, nonce="n"),
        Asked(format="git-credential", operation="store"),
        Asked(format="env", id_token=True),
    ],
)
def test_what_goes_together_is_taken(asked: Asked) -> None:
    assert checked(asked) == asked


@pytest.mark.parametrize(
    ("operation", "nothing"),
    [("get", False), ("erase", False), ("store", True), ("anything", True)],
)
def test_git_may_say_what_nobody_acts_on(operation: str, nothing: bool) -> None:
    assert Asked("git-credential", operation).needs_nothing is nothing
    assert not Asked("token", operation).needs_nothing


@pytest.mark.parametrize("token", ["a.b-c_d~e+f/g=", "A"])
def test_a_shell_is_given_a_token_in_which_it_finds_nothing_to_do(token: str) -> None:
    assert env(GRANT._replace(token=token)) == f"DOORKEY_ACCESS_TOKEN={token}"
    assert env(GRANT._replace(token=token, is_id_token=True)) == f"DOORKEY_ID_TOKEN={token}"


@pytest.mark.parametrize("token", ["~root", "a b", "a;b", "$(x)", "a\nb", "a'b", "`x`", "é", ""])
def test_any_other_token_is_given_to_no_shell(token: str) -> None:
    with pytest.raises(TenantMisbehaved, match="a shell would act on") as raised:
        env(GRANT._replace(token=token))
    assert not token or token not in str(raised.value)


@pytest.mark.parametrize(
    ("info", "version"),
    [
        (None, "v1"),
        ("", "v1"),
        ('{"apiVersion": "client.authentication.k8s.io/v1beta1"}', "v1beta1"),
        ('{"apiVersion": "client.authentication.k8s.io/v1"}', "v1"),
    ],
)
def test_kubernetes_is_answered_in_the_version_that_it_asks_for(
    info: str | None, version: str
) -> None:
    environ = {} if info is None else {"KUBERNETES_EXEC_INFO": info}
    answer = json.loads(exec_credential(GRANT, environ))
    assert answer["apiVersion"] == f"client.authentication.k8s.io/{version}"
    assert answer["status"]["token"] == "the-token"


@pytest.mark.parametrize(
    "info", ["nonsense", "[]", "{}", '{"apiVersion": "client.authentication.k8s.io/v1alpha1"}',
             '{"apiVersion": 7}', '{"apiVersion": "\\u001b[2J"}',
             json.dumps({"apiVersion": "x" * 5000})],
)  # fmt: skip
def test_a_version_that_nobody_knows_is_refused(info: str) -> None:
    with pytest.raises(WrongUsage) as raised:
        exec_credential(GRANT, {"KUBERNETES_EXEC_INFO": info})
    assert "\x1b" not in str(raised.value)
    assert len(str(raised.value)) < 300
