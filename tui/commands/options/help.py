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


def help_options(command: ArgumentParser) -> None:
    """Describe what `doorkey help` takes."""
    command.add_argument(
        "topic", nargs="?", metavar="TOPIC", help=f"a command, {' or '.join(TOPICS)}"
    )


def completion_options(command: ArgumentParser) -> None:
    """Describe what `doorkey completion` takes."""
    # The last is what the scripts themselves ask for.
    command.add_argument("shell", choices=("bash", "zsh", "fish", "profiles"), metavar="SHELL")
    command.formatter_class = RawDescriptionHelpFormatter
    command.epilog = INSTALLING
