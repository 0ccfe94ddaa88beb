"""What setting up a tenant looks like, from the first question to what is to be registered."""

from pathlib import Path

import httpx
import pytest
from textual.pilot import Pilot

from tests.support.app.looks import Looks
from tests.support.app.setting_up import SetUp, fill
from tests.support.silence import nobody_listens

pytestmark = pytest.mark.snapshot


@pytest.fixture(autouse=True)
def empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / ".config"))


async def test_choice(looks: Looks) -> None:
    on = SetUp()

    async def arrive(pilot: "Pilot[None]") -> None:
        await on.until_shown(pilot, "Try the local tenant")

    await looks(on, arrive)


async def test_form_with_a_tenant_that_may_demand_a_secret_and_a_wrong_url(looks: Looks) -> None:
    on = SetUp()
    on.tenant.metadata["token_endpoint_auth_methods_supported"] = ["client_secret_basic"]

    async def type_it(pilot: "Pilot[None]") -> None:
        await fill(on, pilot, api="http://api.example")
        await on.until_shown(pilot, "Client secret")
        await pilot.press("f3")
        await on.until_shown(pilot, "It must be an https:// origin")

    await looks(on, type_it)


async def test_question_about_a_tenant_that_does_not_answer(looks: Looks) -> None:
    on = SetUp(httpx.MockTransport(nobody_listens))

    async def insist(pilot: "Pilot[None]") -> None:
        await fill(on, pilot)
        await pilot.press("f3")
        await on.until_shown(pilot, "The tenant cannot be looked up")

    await looks(on, insist)


async def test_what_to_register(looks: Looks) -> None:
    on = SetUp(httpx.MockTransport(nobody_listens))

    async def write(pilot: "Pilot[None]") -> None:
        await fill(on, pilot, issuer="your.eu.auth0.com", profile="work")
        await pilot.press("f3")
        await on.until_shown(pilot, "The tenant cannot be looked up")
        await pilot.press("y")
        await on.until_shown(pilot, "I have registered it")

    await looks(on, write)
