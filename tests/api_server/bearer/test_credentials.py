"""Forms that do not come as they were announced."""

import asyncio

import pytest
from starlette.requests import Request
from starlette.types import Message

from api_server.bearer.credentials import has_form, refuse_form_token
from api_server.bearer.refusal import FormTooSlow, InvalidRequest


class Sender:
    """A client that announces a form of nine bytes and sends no more than these."""

    def __init__(self, *messages: Message) -> None:
        self._messages = list(messages)

    async def __call__(self) -> Message:
        if not self._messages:
            await asyncio.Event().wait()
        return self._messages.pop(0)

    def request(self, http_version: str = "1.1", **headers: str) -> Request:
        sent = {"content-type": "application/x-www-form-urlencoded", **headers}
        raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in sent.items()]
        return Request({"type": "http", "http_version": http_version, "headers": raw}, self)


async def test_form_that_is_cut_off_is_a_refusal_and_no_error_of_ours() -> None:
    sender = Sender({"type": "http.disconnect"})
    with pytest.raises(InvalidRequest, match="cut off"):
        await refuse_form_token(sender.request(content_length="9"))


async def test_form_that_drips_is_given_up() -> None:
    sender = Sender({"type": "http.request", "body": b"a=", "more_body": True})
    with pytest.raises(FormTooSlow):
        await refuse_form_token(sender.request(content_length="9"), limit_seconds=0.01)


def test_body_may_come_unannounced_over_http_2_only() -> None:
    assert not has_form(Sender().request("1.1"))
    assert has_form(Sender().request("1.1", transfer_encoding="chunked"))
    assert has_form(Sender().request("2"))


async def test_a_form_may_hold_bytes_that_are_no_utf_8_and_no_token_behind_them() -> None:
    sender = Sender({"type": "http.request", "body": b"a=%\xff", "more_body": False})
    await refuse_form_token(sender.request(content_length="5"))
    hidden = Sender({"type": "http.request", "body": b"a=%\xff&access_token=x", "more_body": False})
    with pytest.raises(InvalidRequest, match="sent in the form"):
        await refuse_form_token(hidden.request(content_length="20"))
