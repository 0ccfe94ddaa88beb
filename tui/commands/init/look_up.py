"""A tenant, looked up while the next questions are answered."""

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import suppress
from dataclasses import replace
from functools import partial
from types import TracebackType
from typing import Final, ParamSpec, TypeVar

from tui.auth.tenant.setting_up import Found, look_up, unseen
from tui.commands.init.questions import NEEDED, answer, explain, say
from tui.config.vendors.vendor import Vendor
from tui.errors import ConfigInvalid, DoorkeyError
from tui.text import printable, printable_block

P = ParamSpec("P")
T = TypeVar("T")

END_SECONDS: Final = 2.0
"""For a look-up that is of no use any more: it reads the roots of TLS, or is about to wait."""

QUESTION: Final = NEEDED["issuer"][1]


class TenantLookUp:
    """Looks a tenant up in the background; asks for the issuer anew where it is wrong."""

    def __init__(self, issuer: str | None, vendor: Vendor | None, *, silent: bool) -> None:
        """Begin; where no issuer is given, whoever sits at the terminal is asked for one.

        `silent` leaves it unsaid what was found.

        Raises:
            ConfigInvalid: what is given is no issuer, or of a vendor where no native app signs in.
            Cancelled: nobody answers any more.
        """
        self._vendor = vendor
        self._silent = silent
        self._may_ask = issuer is None
        self._found: Found | None = None
        self._typed = ""
        self._is_ended = threading.Event()
        self._cancel: Callable[[], object] | None = None
        self._looking = self._begin(issuer) if issuer is not None else self._ask()

    def __enter__(self) -> "TenantLookUp":
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        """End the look-up: a process that exits while a thread is in OpenSSL may crash."""
        self._is_ended.set()
        if self._cancel is not None:
            with suppress(RuntimeError):  # its loop has ended meanwhile
                self._cancel()
        wait([self._looking], END_SECONDS)

    def tell(self) -> None:
        """Say what has come of it by now, once; where it failed, ask which tenant is meant.

        Raises:
            TenantUnreachable, TenantMisbehaved: it failed, and the issuer was given.
        """
        if self._found is None and self._looking.done():
            self._settle()

    def found(self) -> Found:
        """Wait for the look-up and return what it found; raises as `tell` does."""
        while self._found is None:
            if not self._looking.done() and self._may_ask:
                say("Looking the tenant up ...")
            self._settle()
        return self._found

    def _settle(self) -> None:
        try:
            found = self._looking.result()
        except DoorkeyError as error:
            if not self._may_ask:
                raise
            explain(printable_block(error))
            self._looking = self._ask(self._typed)
            return
        self._found = found
        if not self._silent:
            say(f"{found.vendor.name} at {printable(found.issuer)}")
            if found.remark:
                explain(printable(found.remark))

    def _ask(self, silent_one: str = "") -> "Future[Found]":
        """Ask for an issuer; one that does not answer may be meant all the same."""
        again = f" (Enter: {printable(silent_one)} all the same)" if silent_one else ""
        question = QUESTION + again
        while True:
            typed = answer(f"{question}: ")
            try:
                return self._begin(typed) if typed or not silent_one else self._unseen(silent_one)
            except ConfigInvalid as error:
                explain(printable_block(error))

    def _unseen(self, issuer: str) -> "Future[Found]":
        known: Future[Found] = Future()
        found = unseen(issuer)
        known.set_result(replace(found, vendor=self._vendor or found.vendor))
        return known

    def _begin(self, issuer: str) -> "Future[Found]":
        unseen(issuer)  # what cannot be one is told at once
        self._typed = issuer

        async def look() -> Found:
            loop, task = asyncio.get_running_loop(), asyncio.current_task()
            loop.set_default_executor(_Daemons())
            if task is not None:
                self._cancel = partial(loop.call_soon_threadsafe, task.cancel)
            if self._is_ended.is_set():
                raise asyncio.CancelledError
            return await look_up(issuer, self._vendor)

        # Questions block, so the look-up has a thread of its own.
        return _Daemons().submit(asyncio.run, look())


class _Daemons(ThreadPoolExecutor):
    """Runs each call in a daemon thread: a name server that hangs must not hold Ctrl+C for long."""

    def submit(self, call: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> "Future[T]":
        """Begin a call."""
        future: Future[T] = Future()

        def run() -> None:
            try:
                future.set_result(call(*args, **kwargs))
            except BaseException as error:  # noqa: BLE001 - goes to whoever asks for the result
                future.set_exception(error)

        threading.Thread(target=run, name="look-up", daemon=True).start()
        return future
