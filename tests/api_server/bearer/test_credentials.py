"""Where a token may stand in a request, and forms that do not come as they were announced."""

import asyncio

import pytest
from starlette.requests import Request
from starlette.types import Message

from api_server.bearer.credentials import has_form, refuse_form_token, sent_token
from api_server.bearer.refusal import FormTooLarge, FormTooSlow, InvalidRequest, NoCredentials


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
        raw = [
            (name.replace("_", "-").encode(), value.encode("latin-1"))
            for name, value in sent.items()
        ]
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


@pytest.mark.parametrize(
    ("sent", "is_one"),
    [
        ("application/x-www-form-urlencoded", True),
        ("Application/X-WWW-Form-URLencoded; charset=utf-8", True),
        ("application/json", False),
    ],
)
def test_a_form_is_told_by_its_type_alone(sent: str, is_one: bool) -> None:
    request = Sender().request("1.1", **{"content-type": sent}, content_length="1")
    assert has_form(request) is is_one
    text = {"content-type": "text/plain", "x": "application/x-www-form-urlencoded"}
    assert not has_form(Sender().request("1.1", **text, content_length="1"))


@pytest.mark.parametrize("length", ["65537", "", "-1", "+1", "1e3", "\xb2", "x"])
async def test_a_form_has_a_length_of_at_most_64_kib(length: str) -> None:
    with pytest.raises(FormTooLarge):
        await refuse_form_token(Sender().request(content_length=length))
    sender = Sender({"type": "http.request", "body": b"a=1", "more_body": False})
    await refuse_form_token(sender.request(content_length="65536"))


@pytest.mark.parametrize(
    ("values", "query", "refusal"),
    [
        ([b"Bearer a"], b"", None),
        ([b"bearer a"], b"x=access", None),
        ([b"Bearer a"], b"access_token=", InvalidRequest),
        ([b"Bearer a"], b"%61ccess_token=b", InvalidRequest),
        ([b"Bearer a", b"Bearer a"], b"", InvalidRequest),
        ([b"Bearer  a"], b"", InvalidRequest),
        ([b"Bearer a "], b"", InvalidRequest),
        ([b"Bearer a\tb"], b"", InvalidRequest),
        ([b"Bearer "], b"", InvalidRequest),
        ([b"Bearer"], b"", InvalidRequest),
        ([b"nonsense"], b"", InvalidRequest),
        ([b"Basic abc"], b"", NoCredentials),
        ([], b"", NoCredentials),
    ],
)
def test_a_token_stands_in_one_header_in_one_way(
    values: list[bytes], query: bytes, refusal: type[Exception] | None
) -> None:
    headers = [(b"x", b"Bearer b"), *((b"authorization", value) for value in values)]
    scope = {"headers": headers, "query_string": query}
    if refusal is None:
        assert sent_token(scope).token == b"a"
    else:
        with pytest.raises(refusal):
            sent_token(scope)
