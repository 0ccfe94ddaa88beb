"""What can go wrong, and which exit code it means.

    DoorkeyError                 1    anything below
    ├── WrongUsage               2    an argument that cannot be; which, and what was expected
    ├── ConfigInvalid            2    auth_config.json: which file, which key, what was expected
    │   ├── ConfigMissing        2    there is none in any of the places
    │   └── ConfigUntrusted      2    a folder's own config that nobody has said yes to
    ├── SignInNeeded             4    nobody is signed in, or the session has ended
    ├── SignInFailed             4    one sign-in ended without a session
    │   ├── SignInRefused        6    the tenant said no (`error` in its answer)
    │   ├── SignInTimedOut       4    no answer came in time
    │   ├── SignInCancelled    130    the person, or another sign-in, ended it
    │   └── NoFreeRedirectUri    2    every redirect URI's port is taken
    ├── ExchangeFailed           5    one HTTP exchange brought no whole answer
    ├── TenantUnreachable        5    no usable answer; trying again later may help
    ├── TenantMisbehaved         6    an answer that breaks the standard, or is not the tenant's
    │   └── IdTokenRejected      6    an ID token that fails a check
    ├── GrantRefused             6    the token endpoint's definite no (RFC 6749 5.2)
    ├── ApiUnreachable           5    the API gave no answer
    ├── ApiRefused               3    the API answered, and not with 2xx
    ├── StoreFailed              1    the session could not be read or written
    │   └── NoKeyring            2    the config wants one, and none answers
    └── Cancelled              130    the person ended the command

Every message says what happened, what was expected and what to do next, is made printable
where it is raised, and holds no token.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar, Final, Literal

if TYPE_CHECKING:
    from tui.json_value import Json

Obstacle = Literal[
    "nobody", "name", "proxy", "tls", "untrusted", "timeout", "broken", "encoded", "foreign",
    "scheme",
]  # fmt: skip
"""What stands in the way of an answer: nobody listens, the name is unknown, the proxy refuses, TLS
does not come about, the certificate is not trusted, time is up, the connection or the protocol
breaks, the body is compressed, the port is another user's of this machine, or speaks http where
https was asked, or the other way round."""


SIGN_IN_AGAIN: Final = "Sign in again: doorkey login."
"""For a shell; in the app a key does it."""

START_TENANT: Final = "Start the local tenant: doorkey dev, or doorkey tenant."

START_API: Final = "Start it: doorkey dev, or doorkey api."
"""What to do where a bundled server is not there; the app names its own key instead."""

LOOK_AT_TENANT: Final = "Look whether it runs, and whether `domain` in the config is right."

LOOK_AT_API: Final = "Look whether it runs, and whether apiUrl in the config is right."
"""What to do where nobody listens at a loopback address that may be anybody's."""


class DoorkeyError(Exception):
    """Something that a person can be told about, and a program that asked with `--json`."""

    exit_code: ClassVar[int] = 1

    word: ClassVar[str] = "failed"
    """What a program knows the error by; it stays the same from release to release."""

    next_step: str = "Mend what the message names, then run the command again."
    """What to do, where the message alone is not enough for a program that asks on."""

    further: "Mapping[str, Json] | None" = None
    """What else a program is told."""


class WrongUsage(DoorkeyError):
    """An argument of the command line is wrong; the message says which, and what was expected."""

    exit_code = 2
    word = "wrong_usage"
    next_step = "See the command's --help."


class ConfigInvalid(DoorkeyError):
    """The configuration is missing or wrong."""

    exit_code = 2
    word = "config_invalid"
    next_step = "Mend auth_config.json as the message says."


class ConfigMissing(ConfigInvalid):
    """There is no configuration in any of the places where one is looked for."""

    word = "config_missing"
    next_step = "Write an auth_config.json, or name one with --config."


class ConfigUntrusted(ConfigInvalid):
    """A config that lies in the folder one is in leads to addresses that nobody has agreed to.

    `question` is for a person, `text` what to remember where they say yes.
    """

    word = "config_untrusted"
    next_step = "Look at the config, then say yes to it once with --trust."

    def __init__(self, message: str, question: str, text: str) -> None:
        super().__init__(message)
        self.question = question
        self.text = text


class SignInNeeded(DoorkeyError):
    """Nobody is signed in, or the session has ended."""

    exit_code = 4
    word = "sign_in_needed"
    next_step = "Have a person run: doorkey login."


class SignInFailed(DoorkeyError):
    """One sign-in ended without a session."""

    exit_code = 4
    word = "sign_in_failed"
    next_step = SIGN_IN_AGAIN


class SignInRefused(SignInFailed):
    """The tenant answered the authorization request with an error (RFC 6749 4.1.2.1)."""

    exit_code = 6
    word = "sign_in_refused"

    def __init__(self, message: str, error: str) -> None:
        super().__init__(message)
        self.error = error


class SignInTimedOut(SignInFailed):
    """No answer came from the browser in time."""

    word = "sign_in_timed_out"


class SignInCancelled(SignInFailed):
    """The person ended the sign-in, or another one took its place."""

    exit_code = 130
    word = "sign_in_cancelled"


class NoFreeRedirectUri(SignInFailed):
    """No listener could be bound for any redirect URI (RFC 8252 8.3)."""

    exit_code = 2
    word = "no_free_redirect_uri"
    next_step = "End what holds the ports, or add a URI to redirectUris in the config."


class ExchangeFailed(DoorkeyError):
    """One HTTP exchange brought no whole answer; whoever asked says of whom.

    `str()` of it is the cause in a few words, without a full stop.
    """

    exit_code = 5
    word = "exchange_failed"
    next_step = "Try again later."

    def __init__(self, obstacle: Obstacle, cause: str) -> None:
        super().__init__(cause)
        self.obstacle = obstacle


class TenantUnreachable(DoorkeyError):
    """The tenant gave no usable answer; nothing is known about the session.

    `retry_after_seconds` is the tenant's own wish, where it gave one.
    """

    exit_code = 5
    word = "tenant_unreachable"
    next_step = "Try again later; the session stays as it is."

    def __init__(self, message: str, retry_after_seconds: float | None = None) -> None:
        super().__init__(message)
        self.retry_after_seconds = retry_after_seconds


class TenantMisbehaved(DoorkeyError):
    """The tenant's answer breaks the standard, or is not the tenant's."""

    exit_code = 6
    word = "tenant_misbehaved"
    next_step = "Check domain in the config, or ask the tenant's people."

    refresh_token: str | None = None
    """What a wrong token response had in it: the one before is spent."""


class IdTokenRejected(TenantMisbehaved):
    """An ID token failed a check of OpenID Connect Core 3.1.3.7."""

    word = "id_token_rejected"


class GrantRefused(DoorkeyError):
    """The token endpoint refused a grant for good (RFC 6749 5.2)."""

    exit_code = 6
    word = "grant_refused"
    next_step = SIGN_IN_AGAIN

    def __init__(self, message: str, error: str) -> None:
        super().__init__(message)
        self.error = error


class ApiUnreachable(DoorkeyError):
    """The API gave no answer."""

    exit_code = 5
    word = "api_unreachable"
    next_step = "Check apiUrl in the config, then try again later."


class ApiRefused(DoorkeyError):
    """The API answered, and not with success."""

    exit_code = 3
    word = "api_refused"
    next_step = "Read the message: it says what the API wants."


class StoreFailed(DoorkeyError):
    """The session could not be read or written."""

    word = "store_failed"
    next_step = "Check the disk and the state folder's rights."


class NoKeyring(StoreFailed):
    """The config has sessions sealed by the system's keyring alone, and none answers."""

    exit_code = 2
    next_step = "Unlock the keyring, or set sessionStorage in the config to auto or file."


class Cancelled(DoorkeyError):
    """The person ended the command; 128 + SIGINT, as shells have it."""

    exit_code = 130
    word = "cancelled"
    next_step = "Run the command again."
