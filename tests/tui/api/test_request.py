"""Paths of the API's own origin, and nothing else."""

import pytest

from tui.api.request import PING, ApiRequest, checked_path, request_from

ORIGIN = "https://api.example"


@pytest.mark.parametrize("path", ["/", "/a/b?c=d&e", "/a%20b", " /trimmed "])
def test_a_path_of_the_origin_is_taken(path: str) -> None:
    assert checked_path(ORIGIN, path) == path.strip()


@pytest.mark.parametrize(
    "path",
    ["", "a", "//evil.example/", "https://evil.example/", "@evil.example/", "/a#b", "/a b", "/\\x",
     "/\x1b[31m", "/é", "/" + "a" * 2000, ".evil.example/", ":80/"],
)  # fmt: skip
def test_nothing_leads_to_another_origin(path: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        checked_path(ORIGIN, path)


@pytest.mark.parametrize(
    ("method", "path"), [("TRACE", "/"), ("GET", "//x"), (None, None), (["GET"], "/"), ("GET", 7)]
)
def test_what_was_remembered_wrongly_is_forgotten(method: object, path: object) -> None:
    assert request_from(ORIGIN, method, path) is PING


def test_methods_go_round() -> None:
    request = ApiRequest()
    for _ in range(7):
        request = ApiRequest(request.next_method)
    assert request.method == "GET"
