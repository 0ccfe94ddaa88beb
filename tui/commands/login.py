"""`doorkey login`: the ways to sign in, for people on stderr, for programs as events on stdout."""

import asyncio
import json
import shutil
import sys
from argparse import Namespace
from contextlib import suppress
from dataclasses import replace
from textwrap import indent
from typing import Final

from tui.auth.service import AuthService
from tui.auth.session import DevicePrompt, LoginEvent, SignInProgress
from tui.auth.sign_in.attempt import SignInOptions, Way
from tui.auth.sign_in.handle import SignIn
from tui.auth.sign_in.remarks import HINT_AFTER, callback_hint
from tui.auth.sign_in.surroundings import Surroundings, ports_for_browser
from tui.commands.options.session import not_for_device
from tui.config.load import Config, load_config
from tui.config.suggested import suggested_for
from tui.errors import DoorkeyError, WrongUsage
from tui.json_value import Json
from tui.moments import Sleep
from tui.terminal.half_blocks import large, qr_lines
from tui.terminal.typed_lines import read_lines
from tui.text import printable, write_line
from tui.web_address import is_of_this_machine

ROWS_FOR_LARGE_CODE: Final = 30
"""With the QR code, whose 17 rows are of more use than large letters."""

TO_OPEN: Final = "To sign in, open this address in a browser:"

BEING_OPENED: Final = "Starting your browser. If it does not come up, open this address to sign in:"

TO_PASTE: Final = "Paste the address that the browser ends at, or just its code, and press Enter:"

INPUT_ENDED: Final = "The sign-in was cancelled: the input ended (Ctrl-D) before an address came."

NOT_KEPT: Final = (
    'The session ends with this command, as `sessionStorage` in the config is "memory": the next '
    "one will find nobody signed in. Take it out to keep sessions."
)

BLACK_ON_WHITE: Final = "\x1b[38;5;16;48;5;231m"
"""Of the 256 colours, because themes give the first sixteen other shades."""

PLAIN: Final = "\x1b[0m"


def login(arguments: Namespace) -> int:
    """Sign in.

    Raises:
        WrongUsage: the options do not go together, or not with this stdin.
    """
    trouble = _wrong_usage(arguments)
    if trouble:
        raise WrongUsage(trouble)
    config = load_config(arguments.config)
    asyncio.run(sign_in(config, options_of(arguments), as_json=arguments.json))
    return 0


def _wrong_usage(arguments: Namespace) -> str:
    if arguments.paste and not sys.stdin.isatty():
        return "--paste asks for an address, and stdin is no terminal to type it into."
    if arguments.device and (option := not_for_device(arguments)):
        return f"{option} cannot be asked for with --device (RFC 8628 3.1)."
    return ""


def options_of(arguments: Namespace) -> SignInOptions:
    """Read the options of the sign-in from the command line."""
    way: Way = "device" if arguments.device else "paste" if arguments.paste else "browser"
    return SignInOptions(
        way=way,
        # Who pastes has the browser elsewhere.
        open_browser=way == "browser" and not arguments.no_browser,
        prompt=arguments.prompt,
        login_hint=arguments.login_hint,
        acr_values=arguments.acr_values,
        scope=arguments.scope,
        max_age_seconds=arguments.max_age,
        connection=arguments.connection,
        organization=arguments.organization,
    )


async def sign_in(config: Config, options: SignInOptions, *, as_json: bool = False) -> None:
    """Sign a person in, and say on stderr, or as events on stdout, how it goes."""
    async with AuthService(config) as service:
        teller = (
            EventTeller() if as_json else LoginTeller(config, service.surroundings, options.way)
        )
        has_address = asyncio.Event()

        def watch(progress: SignInProgress) -> None:
            teller.tell(progress)
            if progress.url:
                has_address.set()

        handle = service.begin_login(options=options, watch=watch)
        beside = []
        if options.way == "paste":
            beside.append(asyncio.create_task(_paste(handle, has_address)))
        if options.way != "device" and not as_json:
            beside.append(asyncio.create_task(hint_after_a_while(config)))
        try:
            event = await handle.answer()
        finally:
            for task in beside:
                task.cancel()
            await asyncio.gather(*beside, return_exceptions=True)
    in_memory = (NOT_KEPT,) if config.session_storage == "memory" else ()
    remarks = tuple(suggested_for(config.path, each) for each in (*event.remarks, *in_memory))
    teller.greet(replace(event, remarks=remarks))


async def hint_after_a_while(config: Config, sleep: Sleep = asyncio.sleep) -> None:
    """Say what the tenant must allow, where no answer has come for a while."""
    await sleep(HINT_AFTER.total_seconds())
    if hint := callback_hint(config):
        _say(hint)


async def _paste(handle: SignIn, has_address: asyncio.Event) -> None:
    """Ask for the address until it is the right one; ends with the sign-in."""
    is_taken = False
    await has_address.wait()
    with read_lines() as lines:  # of what was typed before, nothing can be an answer
        _say(TO_PASTE)
        while (line := await lines.get()) is not None:
            if not line.strip():
                continue
            try:
                await handle.take(line)
                is_taken = True
            except DoorkeyError as error:
                _say(f"✗ {printable(error)}")
    if not is_taken:
        handle.cancel(INPUT_ENDED)


class LoginTeller:
    """Prints each piece of news once, in the order in which it comes."""

    def __init__(self, config: Config, around: Surroundings, way: Way) -> None:
        self._config = config
        self._around = around
        self._way = way
        self._told_address = False
        self._told_wait = False
        self._told_code = ""

    def tell(self, progress: SignInProgress) -> None:
        """Print what is new."""
        if progress.url and not self._told_address:
            self._told_address = True
            self._tell_address(progress)
        is_open = progress.url and progress.browser != "opening"
        if is_open and not self._told_wait:
            self._told_wait = True
            self._tell_wait(progress)
        if progress.device and progress.device.user_code != self._told_code:
            self._told_code = progress.device.user_code
            _tell_code(progress.device)
        if progress.phase == "completing":
            _say("The answer is here; getting the tokens ...")

    def greet(self, event: LoginEvent) -> None:
        """Say who is signed in now."""
        for remark in event.remarks:
            _say(f"▲ {printable(remark)}")
        if event.profile is not None:
            email = f" ({printable(event.profile.email)})" if event.profile.email else ""
            _say(f"Signed in as {printable(event.profile.name)}{email}.")

    def _tell_address(self, progress: SignInProgress) -> None:
        _say((BEING_OPENED if progress.browser == "opening" else TO_OPEN) + "\n")
        _say(progress.url + "\n")
        # Started here it is the wrong one over SSH alone; else one sees whether it can be started.
        if self._around.over_ssh or progress.browser != "opening":
            self._tell_hints(progress)

    def _tell_hints(self, progress: SignInProgress) -> None:
        for line in hints(progress, self._around, self._way):
            _say(suggested_for(self._config.path, line))

    def _tell_wait(self, progress: SignInProgress) -> None:
        if self._way == "paste":
            return  # who reads what is pasted asks for it, too
        if progress.browser == "failed":
            _say("No browser could be started here: open the address above yourself.")
            if not self._around.over_ssh:
                self._tell_hints(progress)
        started = "Your browser was started; w" if progress.browser == "opened" else "W"
        _say(f"{started}aiting at {progress.redirect_uri} for the answer (Ctrl-C cancels) ...")


def hints(progress: SignInProgress, around: Surroundings, way: Way) -> list[str]:
    """Return the lines to print below the address; none where a browser is at hand."""
    if way == "paste" or not (around.browser_is_elsewhere or not around.has_display):
        return []
    ports = ports_for_browser(progress.url, progress.redirect_uri)
    lines = []
    if around.over_ssh and ports:
        lines += [
            "This terminal is on another machine. For the answer to come back, run this on yours:",
            "",
            f"  {around.tunnel(*ports)}",
            "",
        ]
    elif around.in_container:
        lines.append("This terminal is in a container, which a browser outside may not reach.")
    elif not around.has_display:
        lines.append("No browser can be shown here.")
    other = ["doorkey login --paste: paste the address that a browser elsewhere ends at"]
    if progress.device_offered and not is_of_this_machine(progress.url):
        other.insert(0, "doorkey login --device: a short code to enter on any other device")
    return [*lines, "Or end this, and try:", *(f"  {each}" for each in other), ""]


def _tell_code(prompt: DevicePrompt) -> None:
    code = printable(prompt.user_code)
    is_here = is_of_this_machine(prompt.verification_uri)
    # What is drawn is for a device that reads it off the screen.
    draws = sys.stderr.isatty() and not is_here
    # Above: with it, everything else just fits a terminal of 24 rows.
    if draws:
        _draw_qr(prompt.verification_uri_complete or prompt.verification_uri)
    if is_here:
        _say("In a browser of this machine (no other can open it), open this address and enter")
        _say("the code:\n")
    else:
        _say("On a phone or any other machine, open this address and enter the code:\n")
    _say(f"  {printable(prompt.verification_uri)}")
    if draws and shutil.get_terminal_size().lines >= ROWS_FOR_LARGE_CODE and large(code):
        _say("\n" + indent(large(code), "  "))
    _say(f"  {code}\n")
    _say("Waiting until somebody lets this terminal in (Ctrl-C cancels) ...")


def _draw_qr(url: str) -> None:
    lines = qr_lines(url)
    if max(map(len, lines), default=0) <= shutil.get_terminal_size().columns:
        for line in lines:
            _say(f"{BLACK_ON_WHITE}{line}{PLAIN}")


def _say(line: str) -> None:
    with suppress(BrokenPipeError):
        sys.stderr.write(line + "\n")
        sys.stderr.flush()


class EventTeller:
    """Writes an object in a line for each piece of news, once, in the order in which they come."""

    def __init__(self) -> None:
        self._told_address = False
        self._told_code = ""

    def tell(self, progress: SignInProgress) -> None:
        """Write what is new."""
        if progress.url and not self._told_address:
            self._told_address = True
            _write_event("address", {"url": progress.url, "redirect_uri": progress.redirect_uri})
            _write_event("waiting", {})
        if progress.device and progress.device.user_code != self._told_code:
            self._told_code = progress.device.user_code
            _write_event("code", _code_members(progress.device))
            _write_event("waiting", {})

    def greet(self, event: LoginEvent) -> None:
        """Write who is signed in now."""
        members: dict[str, Json] = {"remarks": [printable(remark) for remark in event.remarks]}
        if event.profile is not None:
            members |= {
                "subject": event.profile.subject,
                "name": event.profile.name,
                "email": event.profile.email,
            }
        _write_event("signed_in", members)


def _code_members(prompt: DevicePrompt) -> dict[str, Json]:
    return {
        "user_code": prompt.user_code,
        "verification_uri": prompt.verification_uri,
        "verification_uri_complete": prompt.verification_uri_complete,
        "expires_at": prompt.deadline.isoformat(timespec="seconds"),
    }


def _write_event(event: str, members: dict[str, Json]) -> None:
    write_line(json.dumps({"event": event, **members}))
