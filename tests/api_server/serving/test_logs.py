"""The logs: what is in them, and what never is."""

import json
import logging
import os
import sys
from typing import NoReturn

import httpx
import pytest
from starlette.types import Scope

from api_server.app import create_app
from api_server.serving.logs import ATOMIC_BYTES, AccessLog, JsonLines, LineWriter
from api_server.settings import Settings
from tests.support.apis.checked_api import K1, Api
from tests.support.builders.tokens import AUDIENCE, ISSUER, claims, token
from tests.support.tenants.issuers import Issuer


async def written(api: Api) -> list[dict[str, object]]:
    await api.stop()
    return api.log_lines()


async def test_each_request_is_one_line() -> None:
    api = Api()
    await api.ping(path="/healthz")
    await api.get("/api/external")
    lines = await written(api)
    assert [(line["method"], line["path"], line["status"]) for line in lines] == [
        ("GET", "/healthz", 200),
        ("GET", "/api/external", 401),
    ]
    assert all(isinstance(line["ms"], float) for line in lines)
    assert lines[0]["time"] == "2027-01-15T08:00:00.000Z"


async def test_no_token_and_no_query_is_in_the_log() -> None:
    api = Api()
    sent = token(K1, claims(sub="canary"))
    await api.ping(sent)
    await api.get(f"/api/external?access_token={sent}")
    await api.get(f"/api/{sent}")
    await api.send("GET", "/api/external", x_request_id=sent)
    await written(api)
    log = b"".join(api.log).decode()
    for part in sent.split("."):
        assert part not in log
    assert "?" not in log


async def test_path_cannot_forge_a_line() -> None:
    api = Api()
    await api.get("/x%0a%7b%22forged%22%3a1%7d%1b%5b2J")
    assert [line["path"] for line in await written(api)] == ['/x\n{"forged":1}\x1b[2J']
    assert b"".join(api.log).count(b"\n") == 1


async def never(*_: object) -> NoReturn:
    raise NotImplementedError


async def test_long_path_is_cut() -> None:
    api = Api()
    await api.get("/" + "a" * 300)
    assert [line["path"] for line in await written(api)] == ["/" + "a" * 199]


async def test_request_that_breaks_the_app_is_logged_as_500() -> None:
    async def broken(scope: Scope, *_: object) -> None:
        assert scope["type"] == "lifespan", "no luck"

    log: list[bytes] = []
    app = AccessLog(broken, log.append)
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        await client.get("/")
    await app({"type": "lifespan"}, never, never)
    assert json.loads(b"".join(log))["status"] == 500


async def test_id_of_a_proxy_is_taken_over() -> None:
    response = await Api().send("GET", "/healthz", x_request_id="trace-1.a_B")
    assert response.headers["x-request-id"] == "trace-1.a_B"


@pytest.mark.parametrize("bad", ["", "a b", "x" * 65, 'a"b', "a;b"])
async def test_id_that_is_none_is_replaced(bad: str) -> None:
    response = await Api().send("GET", "/healthz", x_request_id=bad)
    assert len(response.headers["x-request-id"]) == 16
    assert response.headers["x-request-id"] != bad


async def test_answer_says_how_long_it_took() -> None:
    response = await Api(Issuer(K1)).ping()
    name, _, spent = response.headers["server-timing"].partition(";dur=")
    assert name == "app"
    assert float(spent) >= 0


async def test_lines_are_written_in_whole_and_in_pieces_that_pipes_keep_together() -> None:
    chunks: list[bytes] = []
    lines = LineWriter(chunks.append)
    for serial in range(200):
        lines.add(b"%0100d\n" % serial)
    lines.flush()
    assert all(len(chunk) <= ATOMIC_BYTES and chunk.endswith(b"\n") for chunk in chunks)
    assert b"".join(chunks).split() == [b"%0100d" % serial for serial in range(200)]


async def test_log_that_nobody_reads_costs_no_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "w") as broken:
        monkeypatch.setattr("sys.stderr", broken)
        async with httpx.AsyncClient(
            transport=httpx.ASGITransport(create_app(Settings(ISSUER, AUDIENCE))),
            base_url="http://test",
        ) as client:
            answers = [await client.get("/healthz") for _ in range(100)]
    assert {answer.status_code for answer in answers} == {200}


def test_error_and_its_traceback_are_one_line_of_json() -> None:
    try:
        raise ValueError("no luck\n{}")
    except ValueError:
        record = logging.LogRecord(
            "api", logging.ERROR, "", 0, "broken: %s", ("x",), sys.exc_info()
        )
    line = JsonLines().format(record)
    assert "\n" not in line
    said = json.loads(line)
    assert (said["level"], said["logger"], said["message"]) == ("error", "api", "broken: x")
    assert said["error"].endswith("ValueError: no luck\n{}")
