"""One call, from the token to the reason of a refusal, with no screen around it."""

import httpx
import pytest

from tests.support.app.stage import (
    ALICE,
    ApiAnswer,
    api_accepts,
    api_refuses,
    session_of,
)
from tests.support.builders.configs import CONFIG
from tests.support.clocks import START, Clock
from tests.support.silence import nobody_listens
from tests.support.tenants.scripted_tenant import ScriptedTenant
from tui.api.call import Call, Caller
from tui.api.client import ApiClient
from tui.auth.service import AuthService
from tui.auth.store.store import MemoryStore
from tui.errors import SignInNeeded


async def call(api: ApiAnswer, *, signed_in: bool = True) -> Call:
    """Call as Alice, or as nobody."""
    clock = Clock()
    store = MemoryStore(session_of(ALICE) if signed_in else None)
    client = ApiClient(CONFIG.api_url, transport=httpx.MockTransport(api))
    async with AuthService(
        CONFIG, store=store, transport=ScriptedTenant(clock), clock=clock
    ) as service:
        await service.restore()
        return await Caller(service, client, clock).call()


async def test_an_answer_needs_no_explanation() -> None:
    made = await call(api_accepts)
    assert (made.ok, made.outcome, made.at) == (True, "200", START)
    assert made.explanation is None


async def test_a_refusal_comes_with_what_the_api_wants_and_the_way_out() -> None:
    made = await call(api_refuses)
    assert (made.ok, made.outcome) == (False, "401")
    assert made.explanation is not None
    assert (made.explanation.cause, made.explanation.remedy) == ("audience", "config")


async def test_an_answer_that_is_no_refusal_of_the_token_is_not_explained_as_one() -> None:
    why = {"error_description": "The issuer's keys are not known."}
    made = await call(lambda _request: httpx.Response(503, json=why))
    assert made.result is not None
    assert made.result.hint.startswith("The API has an error of its own")
    assert made.result.hint.endswith("The API says: “The issuer's keys are not known.”")
    assert made.explanation is None


@pytest.mark.parametrize("status", [429, 503])
async def test_how_long_an_api_asks_to_wait_is_told(status: int) -> None:
    made = await call(lambda _request: httpx.Response(status, headers={"Retry-After": "8"}))
    assert made.result is not None
    assert made.result.hint.endswith("call again. It asks to wait 8 s.")


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ({"error": "x", "error_description": "no such filter"}, "no such filter"),
        ({"title": "x", "detail": "no such filter"}, "no such filter"),
        ({"detail": ["no such filter"]}, ""),
        (["detail"], ""),
    ],
)
async def test_a_call_that_is_wrong_is_told_with_the_apis_own_reason(
    body: object, told: str
) -> None:
    made = await call(lambda _request: httpx.Response(400, json=body))
    assert made.result is not None
    assert made.result.hint == (f"The API says: “{told}”" if told else "")


async def test_a_path_that_is_not_there_comes_with_what_the_api_says_is() -> None:
    said = {"error_description": "There is nothing at this path, but at /a"}
    made = await call(lambda _request: httpx.Response(404, json=said))
    assert made.result is not None
    # and with no advice of ours, which knows less
    assert made.result.hint == f"The API says: “{said['error_description']}”"


async def test_no_answer_is_a_call_too() -> None:
    made = await call(nobody_listens)
    assert (made.ok, made.outcome, made.elapsed_seconds) == (False, "none", None)
    assert made.no_answer is not None
    assert made.no_answer.kind == "nobody"


async def test_nothing_is_called_without_a_token() -> None:
    def never(_request: httpx.Request) -> httpx.Response:
        raise AssertionError

    with pytest.raises(SignInNeeded):
        await call(never, signed_in=False)
