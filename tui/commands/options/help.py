"""What `doorkey help` and `doorkey completion` take."""

from argparse import ArgumentParser, RawDescriptionHelpFormatter
from typing import Final

TOPICS: Final = ("exit-codes", "json")
"""What can be explained beside the commands; the text of each is in `tui/commands/help.py`."""

INSTALLING: Final = """\
SHELL is bash, zsh or fish. To have it in every shell that starts:
  bash  eval "$(doorkey completion bash)"    in ~/.bashrc
  zsh   eval "$(doorkey completion zsh)"     in ~/.zshrc, after compinit
  fish  doorkey completion fish > ~/.config/fish/completions/doorkey.fish"""


SHELLS: Final = ("bash", "zsh", "fish")

FOR_SCRIPTS: Final = "profiles"
"""What the scripts themselves ask for, and no person: it is taken, and not named."""


class _Shells(tuple[str, ...]):
    """The shells, and what their scripts ask for."""

    __slots__ = ()

    def __contains__(self, word: object) -> bool:
        return word == FOR_SCRIPTS or super().__contains__(word)


def help_options(command: ArgumentParser) -> None:
    """Describe what `doorkey help` takes."""
    command.add_argument(
        "topic", nargs="?", metavar="TOPIC", help=f"a command, {' or '.join(TOPICS)}"
    )


def completion_options(command: ArgumentParser) -> None:
    """Describe what `doorkey completion` takes."""
    command.add_argument("shell", choices=_Shells(SHELLS), metavar="SHELL")
    command.formatter_class = RawDescriptionHelpFormatter
    command.epilog = INSTALLING
