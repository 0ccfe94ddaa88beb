"""Requests that are kept under a name: found again, private, and without any token."""

import errno
import json
import os
from dataclasses import replace
from pathlib import Path

import filelock
import pytest

from tests.support.app.stage import ACCESS_CLAIMS, jwt_of
from tests.support.builders.configs import CONFIG
from tui.api.curl import curl_line
from tui.api.kept import LONGEST_NAME, KeptRequest, KeptRequests, looks_like_credential
from tui.api.request import ApiRequest
from tui.errors import StoreFailed

ORIGIN = "https://api.example"

ORDER = ApiRequest("POST", "/orders?a=b", (("X-A", "1"), ("X-A", "2")), '{"é": 1}\n'.encode())


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "requests.json"


@pytest.fixture
def kept(path: Path) -> KeptRequests:
    return KeptRequests(ORIGIN, path)


def test_what_was_kept_is_found_again_in_another_window(kept: KeptRequests, path: Path) -> None:
    kept.keep("New order", ORDER)
    kept.keep("a look", ApiRequest())
    assert KeptRequests(ORIGIN, path).all() == (
        KeptRequest("a look", ApiRequest()),
        KeptRequest("New order", ORDER),
    )
    assert KeptRequests("https://another.example", path).all() == ()


def test_the_file_is_for_its_owner_alone(kept: KeptRequests, path: Path) -> None:
    kept.keep("New order", ORDER)
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert [each.name for each in path.parent.iterdir() if each.suffix != ".lock"] == [path.name]


def test_the_same_name_takes_the_place_of_the_one_before(kept: KeptRequests) -> None:
    kept.keep("x", ORDER)
    kept.keep(" x ", ApiRequest("GET", "/other"))
    assert kept.all() == (KeptRequest("x", ApiRequest("GET", "/other")),)


def test_what_is_removed_is_gone_and_the_rest_stays(kept: KeptRequests) -> None:
    kept.keep("x", ORDER)
    kept.keep("y", ORDER)
    kept.remove("x")
    assert [each.name for each in kept.all()] == ["y"]


@pytest.mark.parametrize("name", ["", "  ", "\x1b\x07", "a" * (LONGEST_NAME + 1)])
def test_a_name_has_something_to_read(kept: KeptRequests, name: str) -> None:
    with pytest.raises(ValueError, match="a name has 1 to 80 characters"):
        kept.keep(name, ORDER)


def test_a_name_has_80_characters_at_most(kept: KeptRequests) -> None:
    assert kept.keep("a" * 80, ORDER).name == "a" * 80


def test_without_a_file_of_its_own_it_is_the_one_of_the_state_folder(state_dir: Path) -> None:
    KeptRequests(ORIGIN, state_dir / "elsewhere.json").keep("y", ORDER)
    KeptRequests(ORIGIN).keep("x", ORDER)
    assert [each.name for each in KeptRequests(ORIGIN, state_dir / "requests.json").all()] == ["x"]


def test_requests_of_another_api_stay_where_they_are(kept: KeptRequests, path: Path) -> None:
    other = KeptRequests("https://another.example", path)
    other.keep("theirs", ORDER)
    kept.keep("ours", ORDER)
    kept.keep("ours", ApiRequest())
    assert [each.name for each in other.all()] == ["theirs"]
    assert kept.all() == (KeptRequest("ours", ApiRequest()),)


def test_a_file_that_another_window_holds_is_said(kept: KeptRequests, path: Path) -> None:
    kept.keep("x", ORDER)
    with (
        filelock.FileLock(path.with_suffix(".lock")),
        pytest.raises(StoreFailed, match="Another program holds"),
    ):
        kept.keep("y", ORDER)


def test_a_disk_that_is_full_is_said(kept: KeptRequests, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_arguments: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StoreFailed, match="cannot be written"):
        kept.keep("x", ORDER)


@pytest.mark.parametrize(
    ("name", "value", "is_one"),
    [
        ("X-A", "word " + "aB3" * 14, True),
        ("X-A", "aB3" * 13 + "a", True),
        ("X-A", "aB3" * 13, False),
        ("X-A", "a3" * 30, False),
        ("X-A", "Ab" * 30, False),
        ("X-A", "Bearer 12345678", True),
        ("X-A", "Bearer 1234567", False),
        ("Set-Cookie", "", True),
    ],
)
def test_what_looks_like_a_credential(name: str, value: str, is_one: bool) -> None:
    assert looks_like_credential(name, value) is is_one


def test_a_name_is_kept_without_what_steers_a_terminal(kept: KeptRequests) -> None:
    assert kept.keep("a\x1b[31m\nb", ORDER).name == "a[31m b"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("X-Api-Key", "abc"),
        ("Cookie", "a=b"),
        ("X-Auth", "abc"),
        ("Ocp-Apim-Subscription-Key", "abc"),
        ("X-Forwarded", jwt_of(ACCESS_CLAIMS)),
        ("X-Forwarded", "Basic YWxpY2U6cGFzc3dvcmQ="),
        ("X-Forwarded", "ghp_0123456789abcdef"),
        ("X-Forwarded", "tEdh3RkLsjv7RkLs09kwtEdh3RkLsjv7RkLs09kw1"),
        ("X-Forwarded", "opaque"),
    ],
)
def test_a_header_that_looks_like_a_credential_is_kept_without_its_value(
    kept: KeptRequests, path: Path, name: str, value: str
) -> None:
    request = ApiRequest("GET", "/", ((name, value), ("X-Fine", "1")))
    made = kept.keep("x", request, held=("opaque",))
    assert made.left_out == (name,)
    assert value not in path.read_text()
    assert kept.all()[0].request.headers == ((name, ""), ("X-Fine", "1"))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Accept", "application/json"),
        ("Idempotency-Key", "9b2f8c1e-55d0-4c8c-9f43-3d6b0f7e2a11"),
        ("If-Match", '"v2"'),
        ("X-Request-ID", "7f3a9c"),
        ("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"),
    ],
)
def test_an_ordinary_header_is_kept(kept: KeptRequests, name: str, value: str) -> None:
    assert not kept.keep("x", ApiRequest("GET", "/", ((name, value),))).left_out


@pytest.mark.parametrize(
    ("path_and_query", "body", "why"),
    [
        ("/?access_token=abc", "", "its path holds access_token"),
        ("/?q=opaque-token", "", "its path holds one of your tokens"),
        ("/", '{"password": "abc"}', "its body holds password"),
        ("/", "client_secret=abc&a=b", "its body holds client_secret"),
        ("/", f'{{"a": "{jwt_of(ACCESS_CLAIMS)}"}}', "its body holds something that looks like"),
        ("/", "x opaque-token x", "its body holds one of your tokens"),
    ],
)
def test_a_token_in_path_or_body_is_not_kept(
    kept: KeptRequests, path: Path, path_and_query: str, body: str, why: str
) -> None:
    request = ApiRequest("POST", path_and_query, (), body.encode())
    with pytest.raises(ValueError, match=why):
        kept.keep("x", request, held=("opaque-token", ""))
    assert not path.exists()


def test_damage_costs_nothing_that_is_whole(kept: KeptRequests, path: Path) -> None:
    kept.keep("fine", ORDER)
    members = json.loads(path.read_text())
    newer = {"name": "newer", "method": "QUERY", "path": "/", "headers": [], "body": ""}
    broken = [7, {}, {**newer, "method": "GET", "path": "//evil.example"}, newer]
    fine = {**newer, "method": "GET"}
    broken.append({**fine, "headers": [["Authorization", "x"]]})
    broken += [{**fine, name: other} for name in fine for other in (7, None, ["x"], {"x": 1})]
    broken += [{**fine, "headers": [header]} for header in ([1, "x"], ["X", 1], ["X", ["x"]])]
    broken += [{**fine, "headers": [["X", "a\nb"]]}, {**fine, "name": "\x1b[2J"}]
    path.write_text(json.dumps(members | {ORIGIN: [*broken, *members[ORIGIN]]}))
    assert [each.name for each in kept.all()] == ["fine"]
    kept.keep("another", ORDER)
    assert newer in json.loads(path.read_text())[ORIGIN]


def test_a_file_that_is_no_json_is_set_aside(kept: KeptRequests, path: Path) -> None:
    kept.keep("x", ORDER)
    path.write_text("{")
    assert kept.all() == ()
    assert path.read_text() == "{"
    kept.keep("y", ORDER)
    assert path.with_suffix(".damaged").read_text() == "{"
    assert [each.name for each in kept.all()] == ["y"]


def test_a_file_that_others_can_read_is_refused(kept: KeptRequests, path: Path) -> None:
    kept.keep("x", ORDER)
    path.chmod(0o644)
    with pytest.raises(StoreFailed, match="can be read or changed by others"):
        kept.all()
    with pytest.raises(StoreFailed, match="can be read or changed by others"):
        kept.keep("y", ORDER)


def test_a_link_in_the_place_of_the_file_is_refused(kept: KeptRequests, path: Path) -> None:
    path.parent.mkdir(mode=0o700)
    path.symlink_to(path.parent / "elsewhere")
    with pytest.raises(StoreFailed, match="cannot be read"):
        kept.keep("x", ORDER)
    assert os.readlink(path) == str(path.parent / "elsewhere")  # noqa: PTH115


def test_what_does_not_fit_is_refused_and_the_rest_stays(kept: KeptRequests) -> None:
    kept.keep("x", ORDER)
    with pytest.raises(StoreFailed, match="is full"):
        kept.keep("y", ApiRequest("POST", "/", (), b"a " * 3_000_000))
    assert [each.name for each in kept.all()] == ["x"]


def test_with_bound_tokens_the_line_asks_for_the_headers_of_its_own_request() -> None:
    request = ApiRequest("DELETE", "/orders/7?now=$1")
    line = curl_line(replace(CONFIG, dpop=True), request)
    assert "--format header --for DELETE '/orders/7?now=$1' | curl" in line
    assert "--for " not in curl_line(CONFIG, request)
