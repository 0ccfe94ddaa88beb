"""What a body is, by how it begins."""

import os

import pytest

from tui.api.upload import BEGINNING_BYTES, looks_like, upload_from


@pytest.mark.parametrize(
    ("body", "type_"),
    [
        (b'{"a": 1}', "application/json"),
        (b"[1, 2", "text/plain; charset=utf-8"),
        (b"a=1&b=2", "application/x-www-form-urlencoded"),
        (b"\xff\xfe", "application/octet-stream"),
    ],
)
def test_a_whole_body_is_recognised(body: bytes, type_: str) -> None:
    assert looks_like(body, len(body)) == type_


@pytest.mark.parametrize(
    ("beginning", "type_"),
    [
        (b'{"a": "cut', "application/json"),
        (b'[{"a": tru', "application/json"),
        (b'[{"a": 1}, "\\u00', "application/json"),
        (b'{"a": 1}\n{"a": 2}\n', "application/octet-stream"),
        (b"{ not json, but something else", "application/octet-stream"),
        (b"plain", "application/octet-stream"),
        (b"[" * 100_000, "application/octet-stream"),
    ],
)
def test_a_longer_body_is_recognised_by_its_beginning(beginning: bytes, type_: str) -> None:
    assert looks_like(beginning, None) == type_


async def test_a_pipe_that_ends_soon_is_held_and_can_be_sent_again() -> None:
    reading, writing = os.pipe()
    os.write(writing, b'{"a": 1}')
    os.close(writing)
    upload = upload_from(reading, look=True)
    os.close(reading)
    assert upload.is_repeatable
    assert upload.headers({}) == {"Content-Length": "8", "Content-Type": "application/json"}
    assert [chunk async for chunk in upload.chunks()] == [b'{"a": 1}']


async def test_a_pipe_whose_type_is_given_is_sent_as_it_comes() -> None:
    reading, writing = os.pipe()
    upload = upload_from(reading, look=False)
    assert upload.headers({"content-type": "text/csv"}) == {}
    chunks = upload.chunks()
    for line in (b"a\n", b"b\n"):
        os.write(writing, line)
        assert await anext(chunks) == line
    os.close(writing)
    assert [chunk async for chunk in chunks] == []
    assert upload.sent_bytes == 4
    os.close(reading)


async def test_a_device_that_never_ends_is_read_no_further_than_it_is_sent() -> None:
    descriptor = os.open("/dev/zero", os.O_RDONLY)
    upload = upload_from(descriptor, look=True)
    chunks = upload.chunks()
    assert len(await anext(chunks)) == BEGINNING_BYTES
    assert set(await anext(chunks)) == {0}
    os.close(descriptor)
