"""`doorkey help`: what the exit codes mean, and what programs are told with `--json`."""

import sys
from argparse import Namespace
from typing import Final

from tui.commands.options.set_up import TOPICS
from tui.commands.parser import COMMAND_NAMES, parser
from tui.commands.usage import suggestion
from tui.errors import WrongUsage
from tui.text import printable

EXIT_CODES: Final = """\
0    done; status: somebody is signed in, and the session has not expired
1    unexpected, or a part of it failed; the message says what
2    wrong usage, or a config that is missing or wrong, or that wants what this
     machine lacks: a free callback port, a keyring
3    the API refused: it answered, and not with success
4    sign-in needed: nobody is signed in, or the session has expired and cannot
     be renewed; have a person run doorkey login
5    the tenant or the API cannot be reached; trying again later may help
6    the tenant refused, or its answer breaks the standard
130  cancelled

They are the same with --json and without.
"""

JSON: Final = """\
status, ping, call, jwt, login, logout and others take --json. Then stdout holds
JSON in one line, and nothing else. It is one object, of doctor an array, and of
login one object in each line: what came of it, or, where it failed,

  {"error": WORD, "message": TEXT, "exit": CODE, "next": TEXT}

"error" is a word that stays the same from release to release, "message" is for
people, "exit" is the exit code, and "next" says what to do. What else is known
stands beside them: of a refusal by the API its "status", "headers" and "body",
of status with nobody signed in all but the session, and all with one that has
expired. Members may be added in a later release; none changes its meaning. No
object holds a token, but what `doorkey token` prints.

status  {"signed_in": BOOL, "state": "signed_in" | "expired" | "signed_out",
        "issuer", "client_id", "audience", "api_url", "config",
        "storage": "keyring" | "file" | "memory"}; "profile" where it is one; of
        whoever is signed in, or was ("expired"), "subject", "name", "email",
        "signed_in_at", "access_token_expiry", "access_token_valid",
        "id_token_expiry", "id_token_valid", "renewable", "bound",
        "clock_skew_seconds", "scopes": [TEXT]
profiles {"profiles": [{"profile", "config", "counts": BOOL, "problem", and
        those of status}]}
call    {"status": NUMBER, "reason", "headers": {NAME: VALUE}, "encoding",
        "body"}; by "encoding", "body" is the value itself (json), a text
        (text), or base64; with -o FILE there are "file" and "bytes" instead
init    {"config", "profile", "vendor", "issuer", "client_id", "audience",
        "redirect_uris": [TEXT], "register": [TEXT], "remarks": [TEXT],
        "may_demand_secret": BOOL}; the same with --show
ping    {"status": NUMBER, "message", "elapsed_seconds"}
jwt     {"verified": BOOL, "key", "keys_of", "header", "claims",
        "wrong": [TEXT]}; with exit 1 the members of a failure beside them
logout  {"steps": [{"step": "local" | "revocation" | "tenant", "outcome",
        "message"}]}
doctor  [{"rule", "verdict": "ok" | "warning" | "wrong" | "unknown", "found",
        "remedy"}]; with exit 1 where a verdict is "wrong"
token   {"access_token", "token_type", "expires_at", "scope"}, or with
        --id-token {"id_token", "expires_at"}; the same with --format json;
        "shortfall" where less is left than --min-validity asks for
login   as things happen:
        {"event": "address", "url", "redirect_uri"}, or with --device
        {"event": "code", "user_code", "verification_uri",
        "verification_uri_complete", "expires_at"}
        {"event": "waiting"}
        {"event": "signed_in", "subject", "name", "email", "remarks": [TEXT]},
        or the failure

Times are RFC 3339. The shapes are JSON Schema in docs/schemas. Without a
terminal nothing ever prompts, and no browser opens but for login and logout;
--no-browser and --local leave it closed.
"""

TEXTS: Final = dict(zip(TOPICS, (EXIT_CODES, JSON), strict=True))


def show_help(arguments: Namespace) -> int:
    """Print what there is to say of a topic; without one, of all commands.

    Raises:
        WrongUsage: there is no such topic.
    """
    if arguments.topic is None:
        text = parser().format_help()
    elif arguments.topic in TEXTS:
        text = TEXTS[arguments.topic]
    else:
        meant = suggestion(arguments.topic, [*TOPICS, *COMMAND_NAMES])
        raise WrongUsage(
            f"There is no help on {printable(arguments.topic)}. "
            f"The topics are {' and '.join(TOPICS)}, and each command{meant or '.'}"
        )
    sys.stdout.write(text)
    sys.stdout.flush()
    return 0
