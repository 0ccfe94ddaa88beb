"""Paths of the API's own origin, and nothing else."""

import pytest

from tui.api.request import (
    PING,
    ApiRequest,
    checked_path,
    remember_request,
    remembered_request,
    request_from,
)
from tui.config.memory import AppMemory

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


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_a_method_that_changes_something_is_not_what_a_restart_begins_with(method: str) -> None:
    memory = AppMemory(None)
    remember_request(memory, ORIGIN, ApiRequest(method, "/orders/7"))
    assert remembered_request(memory, ORIGIN) == ApiRequest("GET", "/orders/7")
    assert request_from(ORIGIN, method, "/orders/7") == ApiRequest("GET", "/orders/7")


def test_a_method_that_only_reads_is_remembered_with_its_path() -> None:
    memory = AppMemory(None)
    remember_request(memory, ORIGIN, ApiRequest("HEAD", "/orders"))
    assert remembered_request(memory, ORIGIN) == ApiRequest("HEAD", "/orders")
    assert remembered_request(memory, "https://another.example") is PING
