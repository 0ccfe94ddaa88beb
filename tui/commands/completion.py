"""`doorkey completion`: a script by which a shell completes commands, options and files."""

import sys
from argparse import Action, Namespace
from collections.abc import Iterator
from typing import Final

from tui.api.request import METHODS
from tui.commands.options.call import BODY
from tui.commands.options.set_up import FOR_SCRIPTS, TOPICS
from tui.commands.parser import COMMAND_NAMES, parser
from tui.commands.usage import Parser
from tui.config.paths import profile_names

FILES: Final = frozenset({"PATH", "FILE", "FILE|URL"})
"""What stands for a file where an option is described."""

WORDS: Final = {"METHOD": METHODS, "TOPIC": (*TOPICS, *sorted(COMMAND_NAMES))}
"""What may stand for an argument that takes other words, too."""


AT_FILE: Final = {
    "preamble": {
        "bash": """\
_doorkey_at_file() {
  local path
  [[ $1 == @* ]] && compgen -f -- "${1#@}" | while IFS= read -r path; do
    [[ ! -d $path ]] || path+=/
    printf '@%q\\n' "$path"
  done
}
""",
        "zsh": """\
_doorkey_at_file() {
  compset -P @ && _files
}
""",
        "fish": """\
function _doorkey_at_file
  set -l word (commandline -ct)
  if string match -q '@*' -- $word
    for path in (__fish_complete_path (string sub -s 2 -- $word))
      echo "@$path"
    end
  end
end
""",
    },
    "bash": "_doorkey_at_file",
    "zsh": "_doorkey_at_file",
    "fish": "(_doorkey_at_file)",
}
"""How each shell completes `@FILE`."""

JOINED_AT: Final = """\
_doorkey() {
  # bash takes @ for the beginning of a host name, and so for a word of its own.
  local number last cword=0 joined=()
  for number in "${!COMP_WORDS[@]}"; do
    last=$((${#joined[@]} - 1))
    if ((last >= 0)) && [[ ${joined[last]} == @ ]]; then
      joined[last]=@${COMP_WORDS[number]}
    else
      joined+=("${COMP_WORDS[number]}")
    fi
    ((number > COMP_CWORD)) || cword=$((${#joined[@]} - 1))
  done
  COMP_WORDS=("${joined[@]}")
  COMP_CWORD=$cword
  _shtab_doorkey "$@"
  if [[ $2 == @* ]]; then
    compopt +o filenames 2> /dev/null  # it would write \\@
    [[ ${COMPREPLY[*]} != */ ]] || compopt -o nospace 2> /dev/null
  fi
}

complete -o bashdefault -F _doorkey doorkey"""
"""What bash runs instead of shtab's own function."""

PROFILES: Final = "doorkey completion profiles"
"""What a script runs to know the profiles that there are by then."""


def completion(arguments: Namespace) -> int:
    """Print the script for one shell, or the names that it asks for."""
    lines = profile_names() if arguments.shell == FOR_SCRIPTS else [_script(arguments.shell)]
    sys.stdout.write("".join(f"{line}\n" for line in lines))
    sys.stdout.flush()
    return 0


def _script(shell: str) -> str:
    import shtab  # not for the names, which are asked for at each Tab

    top = parser()
    for action in _all_actions(top):
        if "--profile" in action.option_strings:
            action.complete = shtab.cmd(PROFILES)  # type: ignore[attr-defined] # shtab looks for it
        elif action.metavar == BODY:
            action.complete = AT_FILE  # type: ignore[attr-defined] # the same
        elif action.metavar in FILES:
            action.complete = shtab.FILE  # type: ignore[attr-defined] # the same
        elif isinstance(action.metavar, str) and action.metavar in WORDS:
            action.choices = WORDS[action.metavar]
            action.help = None if shell == "fish" else action.help  # it repeats it for each word
    script = str(shtab.complete(top, shell))
    return f"{script}\n\n{JOINED_AT}" if shell == "bash" else script


def _all_actions(top: Parser) -> Iterator[Action]:
    # argparse has no public name for what a parser takes.
    for each in (top, *top.commands.values()):
        yield from each._actions
