"""A browser that notes what it was started with and what the process list shows, and signs in.

As a command: `python -m tests.support.people.nosy_browser FILE ADDRESS`.
"""

import os
import sys
from pathlib import Path

from tests.support.people.person import visit
from tests.support.processes.server import process_list


def command(notes: Path) -> str:
    """Return the BROWSER that notes into this file."""
    return f"{sys.executable} -m tests.support.people.nosy_browser {notes} %s"


def main(notes: Path, address: str) -> int:
    """Note all of it at the end of `notes`, then do what a person does."""
    environment = "\n".join(f"{name}={value}" for name, value in os.environ.items())
    with notes.open("a") as file:
        file.write("\n".join([*sys.argv, environment, process_list()]))
    return visit(address)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), sys.argv[2]))
