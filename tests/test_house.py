"""The house itself: how large its files and rooms are, and which imports wait inside functions."""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[1]
PYTHON: Final = [
    path for room in ("tui", "api_server", "tests") for path in ROOT.glob(f"{room}/**/*.py")
]

MOST_LINES: Final = 300
MOST_FILES: Final = 15

DOORS: Final = {
    "tui/cli.py": "the table of commands: 6 to 180 ms for each that is not called",
    "tui/app/launch.py": "the apps: Textual reads ESCDELAY when it is imported, and 90 ms go by",
    "tui/app/doors.py": "the screens' factories, and the service: the first paint needs none",
}
"""Files whose functions import what they make."""

LIBRARIES: Final = ("cryptography", "filelock", "httpx", "jwt", "keyring", "secretstorage")
"""5 to 60 ms each; a token that is valid and lies in a plain file needs none of them."""

LATER: Final = {
    ("tui/auth/renewal.py", "tui.auth.tenant.session_from_tokens"): 123,  # httpx, jwt, cryptography
    ("tui/auth/service.py", "tui.auth.tenant.provider"): 46,  # the same
    ("tui/auth/sign_in/handle.py", "tui.auth.tenant.session_from_tokens"): 62,  # the same
    ("tui/servers/port.py", "tui.auth.tenant.metadata"): 15,  # all vendors, before the first paint
    ("tui/servers/port.py", "tui.http.exchange"): 54,  # httpx, the same
    # `doorkey token` in the ordinary case takes 25 ms beside Python's own start
    ("tui/auth/store/session_file.py", "tui.auth.store.sealing"): 5,
    ("tui/commands/token/quick.py", "tui.commands.token"): 1,
    ("tui/commands/token/quick.py", "tui.commands.token.command"): 25,
    ("tui/config/paths.py", "platformdirs"): 8,
    ("tui/config/paths.py", "shlex"): 1,
    # and its full way, where nothing has to be renewed
    ("tui/commands/token/command.py", "asyncio"): 30,
    ("tui/commands/token/command.py", "tui.auth.authorized_request"): 15,
    ("tui/commands/token/command.py", "tui.auth.service"): 107,
    # each Tab in a shell, and each other command
    ("tui/commands/completion.py", "shtab"): 30,
    ("tui/commands/parser.py", "tui.commands.options.version"): 26,
    # one of the drivers is used, and Windows does not have all
    ("tui/app/textual_internals.py", "textual._xterm_parser"): 4,
    ("tui/app/textual_internals.py", "textual.drivers.linux_driver"): 4,
    ("tui/app/textual_internals.py", "textual.drivers.web_driver"): 4,
    # 10 MiB that the app does without until a JWT is pasted: jwt, cryptography
    ("tui/app/widgets/token_panes.py", "tui.api.jwt_check"): 48,
    # of the extra `web`, which may not be installed
    ("tui/app/web/command.py", "tui.app.web.page"): 205,
}
"""Every other import inside a function: the file, the module, and the milliseconds it saves."""


PRIVATE: Final = re.compile(
    r"[\w)\]](?<!\bself)(?<!\bcls)(?<!super\(\))\.(?!_replace\b|_exit\b)(_[a-z]\w*)"
    r"|^\s*(?:from \w[\w.]* )?import .*\b(_[a-z]\w*)",
    re.MULTILINE,
)
"""A private name, unless it is one's own; `_replace` of a named tuple and `os._exit` are public."""

INSIDES: Final = {
    "tui/app/textual_internals.py": "each with what it brings",
    "tests/tui/app/test_textual_internals.py": "fails where Textual changes",
    "tests/tui/app/test_first_paint.py": "the same",
    "tests/support/app/stage.py": "reads the screen; Textual's only public way is an SVG",
    "tests/e2e/test_second_provider.py": "how that provider is set up",
    "tui/http/__init__.py": "keeps httpx from importing its command line",
    "tests/test_house.py": "names one, above",
    "tui/commands/completion.py": "argparse tells its options in no other way",
}
"""Files that lean on private names of others."""


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def imports_in_functions(path: Path) -> Iterator[str]:
    """Go through the modules that are imported within a function or a class."""
    is_inside = False
    for line in path.read_text(encoding="utf-8").splitlines():
        if line and line[0] not in " \t)":
            is_inside = line.startswith(("def ", "async def ", "class ", "@"))
        found = re.match(r"\s+(?:from (\S+) )?import ([\w.]+)", line)
        if is_inside and found:
            yield found[1] or found[2]


def test_imports_wait_inside_functions_at_the_doors_only_and_where_it_saves_time() -> None:
    found = {
        (name_of(path), module)
        for path in PYTHON
        if path.relative_to(ROOT).parts[0] != "tests" and name_of(path) not in DOORS
        for module in imports_in_functions(path)
        if module.partition(".")[0] not in LIBRARIES
    }
    assert found == LATER.keys()


def test_no_file_is_longer_than_one_reads_in_one_go() -> None:
    lengths = {name_of(path): len(path.read_bytes().splitlines()) for path in PYTHON}
    assert {name: length for name, length in lengths.items() if length > MOST_LINES} == {}


def test_no_room_has_more_files_than_one_can_take_in() -> None:
    rooms: dict[str, int] = {}
    for path in PYTHON:
        if path.name != "__init__.py":
            room = name_of(path.parent)
            rooms[room] = rooms.get(room, 0) + 1
    assert {room: count for room, count in rooms.items() if count > MOST_FILES} == {}


def test_only_the_two_public_rooms_pass_names_on() -> None:
    passing_on = re.compile(r"^\s*from (?:tui|api_server)\.", re.MULTILINE)
    rooms = {path for path in PYTHON if path.name == "__init__.py"}
    found = {name_of(path.parent) for path in rooms if passing_on.search(path.read_text("utf-8"))}
    assert found == {"tui/auth", "api_server/bearer"}


def test_no_test_imports_another() -> None:
    importing = re.compile(r"^(?:from|import) tests\.[\w.]*test_", re.MULTILINE)
    tests = [path for path in PYTHON if name_of(path).startswith("tests/")]
    assert [name_of(path) for path in tests if importing.search(path.read_text("utf-8"))] == []


def test_every_path_that_the_guide_names_is_there() -> None:
    guide = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    named = set(re.findall(r"`((?:tui|api_server|tests|docs|\.ci)/[\w./-]*)`", guide))
    assert len(named) > 30
    assert [name for name in sorted(named) if not (ROOT / name).exists()] == []


def leans_on_insides(text: str) -> bool:
    """Return whether the text of a file has private names that it does not define itself."""
    named = {attribute or imported for attribute, imported in PRIVATE.findall(text)}
    return any(not re.search(rf"\b(?:def |self\.){name}\b", text) for name in named)


def test_private_names_of_others_are_leant_on_only_where_that_is_said() -> None:
    found = {name_of(path) for path in PYTHON if leans_on_insides(path.read_text("utf-8"))}
    assert found == INSIDES.keys()


def test_every_room_of_tui_but_the_app_is_held_to_know_no_textual() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]
    held = next(
        each for each in contracts["contracts"] if "textual" in each.get("forbidden_modules", ())
    )
    rooms = {
        path.relative_to(ROOT / "tui").parts[0].removesuffix(".py")
        for path in PYTHON
        if name_of(path).startswith("tui/")
    }
    assert set(held["source_modules"]) == {
        f"tui.{room}" for room in rooms - {"app", "__init__", "__main__"}
    }
