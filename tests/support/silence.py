"""Who gives no answer: nobody listens, none comes in time, or one waits for it for ever."""

import asyncio

import httpx


def nobody_listens(request: httpx.Request) -> httpx.Response:
    raise httpx.ConnectError("All connection attempts failed", request=request)


def no_answer_in_time(request: httpx.Request) -> httpx.Response:
    raise httpx.ReadTimeout("", request=request)


class Silent(httpx.AsyncBaseTransport):
    """Takes requests, and never answers."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        await asyncio.Event().wait()
        raise AssertionError


async def never(_seconds: float) -> None:
    """Sleep without an end."""
    await asyncio.Event().wait()
