"""What a sign-in needs next, before it can be answered."""

from enum import Enum, auto

from api_server.local_tenant.access_request import AccessRequest
from api_server.local_tenant.records.browsers import Browser
from api_server.local_tenant.records.people import plain_name


class Step(Enum):
    """Login, then consent, then the answer; each is left out where it is not needed."""

    LOGIN = auto()
    CONSENT = auto()
    ANSWER = auto()


def next_step(
    asked: AccessRequest,
    browser: Browser | None,
    now: int,
    *,
    signed_in: bool,
    remembered: bool,
) -> Step:
    """Decide (OIDC Core 3.1.2.3, 3.1.2.4).

    `signed_in`: the person has shown who they are since the request came; `remembered`: they
    have allowed these scopes before.
    """
    if browser is None or browser.person is None:
        return Step.LOGIN
    if not signed_in and _must_log_in_again(asked, browser, now):
        return Step.LOGIN
    if "consent" in asked.prompt or not remembered:
        return Step.CONSENT
    return Step.ANSWER


def may_go_on_as_before(asked: AccessRequest, browser: Browser, now: int) -> bool:
    """Tell whether picking the account that is signed in already is enough of a login."""
    return browser.person is not None and not _is_stale(asked, browser, now)


def _must_log_in_again(asked: AccessRequest, browser: Browser, now: int) -> bool:
    return (
        "select_account" in asked.prompt
        or _is_stale(asked, browser, now)
        or _means_somebody_else(asked.login_hint, browser.person or "")
    )


def _is_stale(asked: AccessRequest, browser: Browser, now: int) -> bool:
    if "login" in asked.prompt:
        return True
    if asked.max_age_seconds is None:
        return False
    # OIDC Core 3.1.2.1: max_age=0 is as good as prompt=login
    age_seconds = now - (browser.auth_time or 0)
    return asked.max_age_seconds == 0 or age_seconds > asked.max_age_seconds


def _means_somebody_else(login_hint: str | None, person: str) -> bool:
    return login_hint is not None and plain_name(login_hint) != person
