"""Ways in which a tenant or an API is set up wrongly, for who comes to the doctor."""

from collections.abc import Callable

import httpx

from tests.support.patient import HOSTILE, Patient
from tests.support.sessions import session
from tests.support.stage import ACCESS_CLAIMS, jwt_of
from tui.config.keys import issuer_of

SetUp = Callable[[Patient], None]

DISCOVERY = "/.well-known/openid-configuration"


def says(**members: object) -> SetUp:
    """A tenant whose metadata differs; None leaves a member out."""

    def set_up(patient: Patient) -> None:
        patient.tenant.metadata |= members  # type: ignore[arg-type] # JSON, all of it
        for name in [name for name, value in members.items() if value is None]:
            del patient.tenant.metadata[name]

    return set_up


def responds(path: str, status: int, text: str = "", **headers: str) -> SetUp:
    """A tenant that answers otherwise at one path, with hostile text behind its own."""

    def set_up(patient: Patient) -> None:
        response = httpx.Response(status, text=text + HOSTILE, headers=headers)
        patient.answers(path, lambda _request: response)

    return set_up


def comes_back(error: str, text: str = "") -> SetUp:
    """A tenant that sends the browser back with an error."""

    def respond(request: httpx.Request) -> httpx.Response:
        uri = httpx.URL(request.url.params["redirect_uri"])
        back = uri.copy_merge_params({"error": error, "error_description": text + HOSTILE})
        return httpx.Response(302, headers={"Location": str(back)})

    return lambda patient: patient.answers("/authorize", respond)


def fails(error: Exception, cause: Exception | None = None) -> SetUp:
    def set_up(patient: Patient) -> None:
        error.__cause__ = cause
        patient.tenant_error = error

    return set_up


def issued_by(domain: str) -> SetUp:
    """Another `domain`, whose issuer is the tenant's own."""

    def set_up(patient: Patient) -> None:
        patient.set(domain=domain)
        patient.tenant.metadata["issuer"] = issuer_of(domain)
        patient.resource["authorization_servers"] = [issuer_of(domain)]
        path = httpx.URL(issuer_of(domain)).path.rstrip("/") + DISCOVERY
        members = dict(patient.tenant.metadata)
        patient.answers(path, lambda _request: httpx.Response(200, json=members))

    return set_up


def api(**members: object) -> SetUp:
    def set_up(patient: Patient) -> None:
        for name, value in members.items():
            setattr(patient, name, value)

    return set_up


def token(**claims: object) -> SetUp:
    return lambda patient: setattr(
        patient,
        "session",
        session(access_token=jwt_of({**ACCESS_CLAIMS, **claims})),  # type: ignore[dict-item] # JSON
    )
