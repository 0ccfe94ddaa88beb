"""Ways in which a tenant or an API is set up wrongly, for who comes to the doctor."""

from collections.abc import Callable

import httpx
from cryptography.hazmat.primitives.asymmetric import ec

from tests.support.app.stage import ACCESS_CLAIMS, jwt_of
from tests.support.builders.sessions import session
from tests.support.doctor.patient import HOSTILE, Patient
from tests.support.tenants.scripted_tenant import form_of
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
        asked = request.url.params
        back = {"error": error, "error_description": text + HOSTILE, "state": asked["state"]}
        uri = httpx.URL(asked["redirect_uri"]).copy_merge_params(back)
        return httpx.Response(302, headers={"Location": str(uri)})

    return lambda patient: patient.answers("/authorize", respond)


def answers_codes(error: str, text: str = "") -> SetUp:
    """A tenant that takes no code of this client."""
    members = {"error": error, "error_description": text + HOSTILE}
    return lambda patient: patient.answers(
        "/token", lambda _request: httpx.Response(400, json=members)
    )


def signs_by(algorithm: str) -> SetUp:
    """A tenant whose ID tokens are signed so, with a key that it does not publish."""

    def set_up(patient: Patient) -> None:
        patient.tenant.algorithm = algorithm
        patient.tenant.header = {}
        patient.tenant.signing_key = (
            "a-secret-that-is-long-enough-for-everybody"
            if algorithm == "HS256"
            else ec.generate_private_key(ec.SECP256R1())
        )

    return set_up


def fails(error: Exception, cause: Exception | None = None) -> SetUp:
    def set_up(patient: Patient) -> None:
        error.__cause__ = cause
        patient.tenant_error = error

    return set_up


def issued_by(domain: str, issuer: str = "") -> SetUp:
    """Another `domain`, whose issuer is the tenant's own, unless it calls itself otherwise."""

    def set_up(patient: Patient) -> None:
        patient.set(domain=domain)
        patient.tenant.issuer = issuer or issuer_of(domain)
        patient.tenant.metadata["issuer"] = issuer or issuer_of(domain)
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


def takes_pushed(answer: dict[str, object] | None = None, **members: object) -> SetUp:
    """A tenant that demands pushed requests, and takes them; with `answer` it refuses."""

    def push(request: httpx.Request) -> httpx.Response:
        if answer is not None:
            return httpx.Response(400, json=answer)
        form = form_of(request)
        assert form["prompt"] == "none"
        uri = f"urn:example:{form['redirect_uri']}"
        return httpx.Response(201, json={"request_uri": uri, "expires_in": 60, **members})

    def authorize(request: httpx.Request) -> httpx.Response:
        uri = request.url.params.get("request_uri", "").removeprefix("urn:example:")
        if not uri:
            return httpx.Response(400, json={"error": "invalid_request"})
        return httpx.Response(302, headers={"Location": f"{uri}?error=login_required"})

    def set_up(patient: Patient) -> None:
        patient.tenant.metadata |= {
            "require_pushed_authorization_requests": True,
            "pushed_authorization_request_endpoint": patient.tenant.issuer + "par",
        }
        patient.answers("/par", push)
        patient.answers("/authorize", authorize)

    return set_up


def configured(**members: object) -> SetUp:
    """Another config."""
    return lambda patient: patient.set(**members)


def both(*set_ups: SetUp) -> SetUp:
    """One after the other."""

    def set_up(patient: Patient) -> None:
        for each in set_ups:
            each(patient)

    return set_up


def revokes_by_oauth_document(patient: Patient) -> None:
    """A tenant that says in the RFC 8414 document alone that it revokes."""
    issuer = patient.tenant.issuer
    del patient.tenant.metadata["revocation_endpoint"]
    members = {"issuer": issuer, "revocation_endpoint": issuer + "revoke"}
    document = httpx.Response(200, json=members)
    patient.answers("/.well-known/oauth-authorization-server", lambda _request: document)
