"""What `doorkey init`, `profiles`, `completion` and `help` take."""

from argparse import ArgumentParser, RawDescriptionHelpFormatter
from typing import Final

from tui.commands.options.values import json_option
from tui.config.vendors.table import BY_KEY

HOW_TO_SET_UP: Final = """\
What is not given is asked for, and the tenant is looked up meanwhile. With
--json, or where stdin is no terminal, nothing is asked, and --issuer,
--client-id and --audience have to be there. NAME makes a profile,
profiles/NAME.json in your config folder; without it, it is the
auth_config.json there, or the one that --config names. With --show, NAME is a
profile that is there."""

LISTED: Final = """\
A profile is a file profiles/NAME.json in your config folder. At hand are also
the auth_config.json of that folder and of this one, the config that --config or
DOORKEY_CONFIG names, and the built-in one once it has been tried; one that lies
elsewhere is not looked for."""

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


def init_options(init: ArgumentParser) -> None:
    """Describe what `doorkey init` takes."""
    init.formatter_class = RawDescriptionHelpFormatter
    init.epilog = HOW_TO_SET_UP
    init.add_argument("name", nargs="?", metavar="NAME", help="of the profile to write")
    init.add_argument("--issuer", metavar="URL", help="the tenant: its host, or its issuer URL")
    init.add_argument("--client-id", metavar="ID", help="of a native client at the tenant")
    init.add_argument("--audience", metavar="API", help="the API's identifier at the tenant")
    init.add_argument("--api-url", metavar="URL", default="", help="where the API is")
    init.add_argument(
        "--vendor", choices=BY_KEY, metavar="VENDOR",
        help=f"whose tenant it is, where its metadata does not tell: {', '.join(BY_KEY)}",
    )  # fmt: skip
    init.add_argument(
        "--force", action="store_true", help="replace a config that is there, without asking"
    )
    instead = init.add_mutually_exclusive_group()
    instead.add_argument(
        "--show",
        action="store_true",
        help="only say again what to register at the tenant of a config that is there",
    )
    instead.add_argument(
        "--forget-secret",
        action="store_true",
        help="only take this config's client secret out of the system's keyring",
    )
    json_option(init)


def profiles_options(profiles: ArgumentParser) -> None:
    """Describe what `doorkey profiles` takes."""
    profiles.formatter_class = RawDescriptionHelpFormatter
    profiles.epilog = LISTED
    json_option(profiles)


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
