"""Pasting the answer: the same checks as in the listener, and a bare code."""

from dataclasses import replace
from urllib.parse import quote, urlsplit

import httpx
import pytest

from tests.support.builders.configs import CONFIG
from tests.support.clocks import Clock
from tests.support.ports import taken_port
from tests.support.tenants.scripted_tenant import ScriptedTenant
from tests.support.tenants.sign_ins import SignIns
from tui.errors import IdTokenRejected, SignInFailed, SignInRefused, TenantUnreachable


async def test_a_bare_code_completes_the_sign_in(signing: SignIns) -> None:
    task = signing.begin()
    await signing.waiting()
    assert (await signing.service.handle_authentication(" c\n")).logged_in
    await task


async def test_a_bare_code_of_somebody_else_is_told_and_the_sign_in_goes_on(
    signing: SignIns,
) -> None:
    task = signing.begin()
    await signing.waiting()
    for wrong in ("not-the-code", "4/0AX4XfWh=="):
        with pytest.raises(SignInFailed, match="does not know this code"):
            await signing.service.handle_authentication(wrong)
    assert (await signing.service.handle_authentication(signing.answer())).logged_in
    await task


async def test_a_bare_code_is_tied_to_this_sign_in_by_its_nonce(signing: SignIns) -> None:
    signing.tenant.id_claims = {"nonce": "another"}
    task = signing.begin()
    await signing.waiting()
    with pytest.raises(IdTokenRejected, match="nonce"):
        await signing.service.handle_authentication("c")
    with pytest.raises(IdTokenRejected, match="nonce"):
        await task


async def test_a_bare_code_while_the_tenant_is_out_of_reach_may_be_pasted_again(
    signing: SignIns,
) -> None:
    task = signing.begin()
    await signing.waiting()
    signing.tenant.responses["/token"] = lambda _request: httpx.Response(503)
    with pytest.raises(TenantUnreachable):
        await signing.service.handle_authentication("c")
    del signing.tenant.responses["/token"]
    assert (await signing.service.handle_authentication("c")).logged_in
    await task


@pytest.mark.parametrize("hidden", ["http://", "http://127.0.0.1:{port}/callback",
                                    "http://127.0.0.1:{port}/callback?"])  # fmt: skip
async def test_what_browsers_hide_of_an_address_may_be_missing(
    signing: SignIns, hidden: str
) -> None:
    task = signing.begin()
    progress = await signing.waiting()
    start = hidden.format(port=urlsplit(progress.redirect_uri).port)
    pasted = signing.answer().removeprefix(start)
    assert (await signing.service.handle_authentication(pasted)).logged_in
    await task


async def test_an_address_that_was_wrapped_is_put_together_again(signing: SignIns) -> None:
    task = signing.begin()
    await signing.waiting()
    answer = signing.answer()
    wrapped = f"{answer[:30]}\r\n  {answer[30:60]}\n{answer[60:]}"
    assert (await signing.service.handle_authentication(wrapped)).logged_in
    await task


@pytest.mark.parametrize(
    "changes",
    [{"state": "wrong"}, {"state": None}, {"code": None}],
)
async def test_a_pasted_address_is_checked_for_state_and_code(
    signing: SignIns, changes: dict[str, str | None]
) -> None:
    task = signing.begin()
    await signing.waiting()
    for pasted in (signing.answer(**changes), signing.answer(**changes).partition("?")[2]):
        with pytest.raises(SignInFailed):
            await signing.service.handle_authentication(pasted)
    assert not task.done()
    assert signing.tenant.count("/token") == 0
    task.cancel()


@pytest.mark.parametrize("issuer", ["https://evil.example/", None])
async def test_a_pasted_address_is_checked_for_iss(signing: SignIns, issuer: str | None) -> None:
    task = signing.begin()
    await signing.waiting()
    with pytest.raises(SignInRefused, match="RFC 9207"):
        await signing.service.handle_authentication(signing.answer(iss=issuer))
    with pytest.raises(SignInRefused):
        await task


@pytest.mark.parametrize(
    "pasted",
    ["https://evil.example/callback?{query}", "http://127.0.0.1:1/callback?{query}",
     "http://127.0.0.1:{port}/other?{query}", "https://127.0.0.1:{port}/callback?{query}",
     "http://[::1?{query}", "two words", "x&y", "http://127.0.0.1:{port}@evil.example/?{query}"],
)  # fmt: skip
async def test_another_address_is_refused_and_the_sign_in_goes_on(
    signing: SignIns, pasted: str
) -> None:
    task = signing.begin()
    progress = await signing.waiting()
    query = signing.answer().partition("?")[2]
    port = urlsplit(progress.redirect_uri).port
    with pytest.raises(SignInFailed, match="Copy the whole address"):
        await signing.service.handle_authentication(pasted.format(query=query, port=port))
    assert not task.done()
    task.cancel()


async def test_the_tenants_no_may_be_pasted_as_well(signing: SignIns) -> None:
    task = signing.begin()
    await signing.waiting()
    with pytest.raises(SignInRefused, match="access was denied"):
        await signing.service.handle_authentication(
            signing.answer(code=None, error="access_denied")
        )
    with pytest.raises(SignInRefused):
        await task


async def test_pasting_alone_needs_no_free_port(tenant: ScriptedTenant, clock: Clock) -> None:
    with taken_port() as port:
        uri = f"http://127.0.0.1:{port}/callback"
        signing = SignIns(tenant, clock, replace(CONFIG, redirect_uris=(uri,)))
        task = signing.begin(way="paste")
        progress = await signing.waiting()
        assert progress.redirect_uri == "", "nobody listens"
        assert quote(uri, safe="") in progress.url
        assert (await signing.service.handle_authentication(signing.answer())).logged_in
        await task
        await signing.service.aclose()
