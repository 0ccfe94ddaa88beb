"""`doorkey call`: one request with the token; the body of its answer goes to stdout."""

import json
import signal
import sys
import threading
from argparse import Namespace
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from time import monotonic
from typing import Final

from tui.api.answer import PingResult
from tui.api.call import Caller
from tui.api.client import ApiClient
from tui.api.refusal import Explanation
from tui.api.request import ApiRequest
from tui.api.upload import Upload
from tui.auth.dpop.authorization import Authorization, joined
from tui.auth.service import AuthService
from tui.auth.sign_in.attempt import SignInOptions
from tui.commands.call.output import Collected, Output, Piped, Saved, Shown, keep_apart
from tui.commands.call.refused import offer_way_out, refusal, way_out
from tui.commands.call.request import open_upload, remarks, requested
from tui.commands.progress_line import ProgressLine, show_progress
from tui.config.load import Config, has_own_servers, load_config
from tui.http.exchange import StreamedAnswer
from tui.json_value import Json
from tui.text import printable, write_line

UNITS: Final = ("B", "KiB", "MiB", "GiB", "TiB")

UNCHANGED: Final = 304
"""What a conditional request asks for (RFC 9110 15.4.5): no refusal."""

LARGEST_REASON_BYTES: Final = 16 * 1024
"""Of a body in which a reason is looked for; one that says why is short."""

NOT_AGAIN: Final = (
    "The body came by a pipe and cannot be sent again: send it from a file, -d @FILE, and the "
    "token is renewed and the call made again."
)


def call(arguments: Namespace) -> int:
    """Make one call; once its body is written, raise ApiRefused where it was no success."""
    config = load_config(arguments.config)
    request = requested(config, arguments)
    upload = open_upload(arguments.data, request)
    for remark in remarks(request, upload):
        sys.stderr.write(f"doorkey: {remark}\n")
    with ExitStack() as stack:
        saved = None
        if arguments.output not in (None, "-"):
            saved = Saved(Path(arguments.output))
            stack.callback(saved.discard)
            _end_in_order_on_sigterm()
        offer_way_out(config, lambda: _Calling(config, request, upload, saved, arguments).run())
    return 0


def _end_in_order_on_sigterm() -> None:
    """Remove what is half written also where a signal ends the command."""
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, lambda number, _frame: sys.exit(128 + number))


@dataclass
class Progress:
    """How far one call is: what has been sent and received of it."""

    request: ApiRequest
    upload: Upload | None = None
    received_bytes: int = 0
    expected_bytes: int | None = None

    def text(self, seconds: float) -> str:
        """Return what there is to say after so many seconds."""
        parts = [f"{self.request.method} {printable(self.request.path)}", f"{seconds:.0f} s"]
        if self.upload is not None:
            parts.append(f"sent {_amount(self.upload.sent_bytes, self.upload.length_bytes)}")
        if self.received_bytes:
            parts.append(f"received {_amount(self.received_bytes, self.expected_bytes)}")
        return " · ".join(parts)


class _Calling:
    """One call on its way."""

    def __init__(
        self,
        config: Config,
        request: ApiRequest,
        upload: Upload | None,
        saved: Saved | None,
        arguments: Namespace,
    ) -> None:
        self._config = config
        self._request = request
        self._upload = upload
        self._saved = saved
        self._as_json: bool = arguments.json
        self._with_head: bool = arguments.include
        self._progress = Progress(request, upload)
        self._line = ProgressLine(self._progress.text)
        self._began = monotonic()
        self._body_end = b""
        """The last byte of the answer's body, as far as it has come."""

    async def run(self) -> None:
        async with AuthService(self._config) as service:
            service.take_up()
            api = ApiClient(self._config.api_url, is_ours=has_own_servers(self._config))
            caller = Caller(service, api, service.clock)
            try:
                async with show_progress(self._line):
                    result, body = await self._exchange(caller)
                await self._conclude(caller, result, body)
            finally:
                await caller.aclose()

    async def _exchange(self, caller: Caller) -> tuple[PingResult, dict[str, Json]]:
        progress = self._progress
        async with caller.stream(self._request, self._upload) as answer:
            sent = caller.sent
            result = self._result(answer, sent)
            output = self._output(sent, ok=_is_success(result))
            if self._with_head and not self._as_json:
                self._line.hide()
                write_line("\n".join([*_head_lines(answer, sent), ""]))
            progress.expected_bytes = answer.length_bytes
            beginning = b""
            async for chunk in answer.chunks():
                progress.received_bytes += len(chunk)
                self._body_end = chunk[-1:] or self._body_end
                beginning += chunk[: LARGEST_REASON_BYTES - len(beginning)]
                if isinstance(output, Shown):
                    self._line.hide()
                output.write(chunk)
            output.end()
        told = sent.redact(beginning.decode("utf-8", "replace"))
        members = self._members(result, output, progress.received_bytes, sent)
        return replace(result, body=told), members

    def _output(self, sent: Authorization, *, ok: bool) -> Output:
        if ok and self._saved is not None:
            return self._saved
        if self._as_json:
            return Collected()
        return Shown(sent) if sys.stdout.isatty() else Piped()

    def _result(self, answer: StreamedAnswer, sent: Authorization) -> PingResult:
        return PingResult(
            url=self._config.api_url + self._request.path,
            status=answer.status,
            reason=sent.redact(answer.reason),
            headers=joined(
                (sent.redact(name), sent.redact(value)) for name, value in answer.headers
            ),
            body="",
            elapsed_seconds=monotonic() - self._began,
            method=self._request.method,
        )

    def _members(
        self, result: PingResult, output: Output, received_bytes: int, sent: Authorization
    ) -> dict[str, Json]:
        """Return what `--json` says of the answer."""
        members: dict[str, Json] = {
            "status": result.status,
            "reason": result.reason,
            "headers": {**result.headers},
        }
        if isinstance(output, Collected):
            return members | output.members(sent)
        if isinstance(output, Saved):
            return members | {"file": str(output.path), "bytes": received_bytes}
        return members

    async def _conclude(self, caller: Caller, result: PingResult, members: dict[str, Json]) -> None:
        """Say what came of it: an object for programs, why for whoever was refused."""
        if _is_success(result):
            if self._as_json:
                write_line(json.dumps(members))
            return
        explanation = await caller.explain(result)
        mends = self._way_out(explanation)
        error = refusal(result, explanation, self._config, mends, has_shown_body=True)
        if not self._as_json:
            keep_apart(self._body_end)
        if self._upload is not None and not self._upload.is_repeatable and result.status == 401:
            error.next_step = NOT_AGAIN
            error.args = (f"{error}\n{NOT_AGAIN}",)
        error.further = members
        raise error

    def _way_out(self, explanation: Explanation | None) -> SignInOptions | None:
        may_repeat = self._upload is None or self._upload.is_repeatable
        return way_out(explanation) if may_repeat and not self._as_json else None


def _is_success(result: PingResult) -> bool:
    return result.ok or result.status == UNCHANGED


def _head_lines(answer: StreamedAnswer, sent: Authorization) -> Iterator[str]:
    yield f"HTTP/1.1 {answer.status} {printable(sent.redact(answer.reason))}".rstrip()
    for name, value in answer.headers:
        yield printable(sent.redact(f"{name}: {value}"))


def _amount(done_bytes: int, whole_bytes: int | None) -> str:
    return _size(done_bytes) + (f" of {_size(whole_bytes)}" if whole_bytes else "")


def _size(size_bytes: int) -> str:
    size, unit = float(size_bytes), 0
    while size >= 1024 and unit < len(UNITS) - 1:
        size, unit = size / 1024, unit + 1
    return f"{size:.1f} {UNITS[unit]}" if unit else f"{size_bytes} B"
