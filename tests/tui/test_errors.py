import re

import tui.errors
from tests.support.documents import README
from tui.commands.parser import EPILOG
from tui.errors import DoorkeyError

DRAWN = re.compile(r"^[ │]*(?:[├└]── )?(\w+) +(\d+) ", re.MULTILINE)


def test_the_tree_that_is_drawn_is_the_tree_that_is_there() -> None:
    drawn = {name: int(code) for name, code in DRAWN.findall(tui.errors.__doc__ or "")}
    there = {
        name: each.exit_code
        for name, each in vars(tui.errors).items()
        if isinstance(each, type) and issubclass(each, DoorkeyError)
    }
    assert drawn == there


def test_every_exit_code_is_told_in_the_readme_and_in_the_help() -> None:
    codes = {each.exit_code for each in vars(tui.errors).values() if hasattr(each, "exit_code")}
    told = {int(code) for code in re.findall(r"^\| (\d+) \| ", README, re.MULTILINE)}
    assert told == codes | {0, 130}
    assert {int(code) for code in re.findall(r"\b(\d+) (?=[a-z])", EPILOG)} == told
