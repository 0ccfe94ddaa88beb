"""The keys of External API, and its help."""

from typing import Final

from textual.binding import Binding, BindingType

BINDINGS: Final[list[BindingType]] = [
    # F5 works while one writes, too.
    Binding("p,f5", "ping", "Ping", id="ping", tooltip="Call the API"),
    Binding("t", "repeat", "Repeat", id="repeat", tooltip="Call it again and again, or stop"),
    Binding("w", "way_out", "Way out", id="way-out", tooltip="Do what helps after a refusal"),
    Binding("w", "start_servers", "Start it", id="start-api", tooltip="The bundled API, and again"),
    Binding("escape", "cancel", "Cancel", id="cancel-call", tooltip="Wait no longer"),
    Binding("m", "method", "Method", show=False, id="method", tooltip="GET, POST, PUT, ..."),
    Binding("e", "edit_path", "Edit path", show=False, id="edit-path", tooltip="Another route"),
    Binding("h", "edit('headers')", "Headers", show=False, id="headers", tooltip="To be sent"),
    Binding("b", "edit('body')", "Body", show=False, id="body", tooltip="JSON, a form, text"),
    Binding("f4", "editor", "Editor", show=False, id="editor", tooltip="Body, headers in $EDITOR"),
    Binding("v", "kept", "Kept requests", show=False, id="requests", tooltip="Under a name"),
    Binding("u", "copy_curl", "Copy curl", show=False, id="copy-call", tooltip="As a line"),
    Binding("i", "interval", "Interval", show=False, id="interval", tooltip="How often"),
    Binding("slash", "search", "Find", show=False, id="find", tooltip="In the answer"),
    Binding("g", "calls", "Calls", show=False, id="go-to-calls", tooltip="The list of calls"),
    Binding("c", "copy", "Copy", show=False, id="copy-answer", tooltip="The whole answer"),
    Binding("f", "save", "Save", show=False, id="save-answer", tooltip="As a file, here"),
    Binding("x", "proxy", "Proxy", show=False, id="proxy", tooltip="A URL without a token"),
    Binding("y", "copy_proxy", "Copy address", show=False, id="copy-proxy", tooltip="Proxy's"),
]

HELP: Final = """\
## External API

*Ping* calls the API with your access token; one that has expired is renewed first. The API
checks who issued it, for whom, and until when, and says what it finds.

- *Repeat* calls it again and again (GET and HEAD), *Interval* changes how often, also while it
  runs, and is remembered.
- *Method* and *Edit path* choose another route; the origin is the config's and stays. A method
  that may change something asks before.
- *Headers* and *Body* unfold what is sent beside it, **Esc** folds them; *Editor* opens the body
  in yours, where the method has one, or the headers while you write them. JSON is sent as
  application/json where no Content-Type is said.
- *Kept requests* has what you keep under a name: all but tokens. *Copy curl* copies a call as a
  line for your shell, in that list for any of them; the line asks for a token when it is run.
- After a refusal, what the API wants stands beside what your token has, and *Way out* does what
  helps, and calls again. Where nobody answers and the server is a bundled one, *Start it* starts
  it and calls again.
- **Tab** goes to the answer and to the list of calls, *Calls* straight to that. In the answer,
  **Enter** folds and unfolds; *Find* searches it, and **n** and **N** walk through what was found;
  *Copy* and *Save* take it whole. In the list, **Enter** shows a call, and **a** makes it again.
- *Proxy* gives a URL on this machine that adds the token, for programs that can only be given a
  URL; it asks before. It ends when you stop it, log out or quit.
"""
