"""Proofs that come again, at workers that share nothing but the secret of their nonces."""

import http.client
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

import pytest

from api_server.bearer.dpop_memory import NONCE_SECONDS
from api_server.settings import Settings
from tests.bench.servers import issuer
from tests.support.apis.checked_api import Api, assert_refused, bound_token, call_bound, send_bound
from tests.support.builders.proofs import Prover
from tests.support.builders.tokens import AUDIENCE, ISSUER, RsaKey, claims, token
from tests.support.heavy import rounds
from tests.support.ports import free_port
from tests.support.processes.server import DEADLINE_SECONDS, Server

PATH = "/api/external"
SETTINGS = Settings(ISSUER, AUDIENCE, nonce_secret=b"a secret that all workers of the API have")


async def test_a_replay_is_good_once_at_each_worker_until_its_nonce_is_old() -> None:
    """RFC 9449 11.1: what workers do not tell each other, the nonce ends after four minutes."""
    one, other, third = (Api(settings=replace(SETTINGS)) for _ in range(3))
    prover = Prover()
    prover.nonce = (await call_bound(one, prover)).headers["dpop-nonce"]
    sent = bound_token(prover)
    proof = prover.prove("GET", AUDIENCE + PATH, sent)
    for worker in (one, other):
        assert (await send_bound(worker, sent, proof)).status_code == 200
        refused = await send_bound(worker, sent, proof)
        assert "used before" in assert_refused(refused, 401, "invalid_dpop_proof", scheme="DPoP")
    third.advance(2 * NONCE_SECONDS)
    assert_refused(await send_bound(third, sent, proof), 401, "use_dpop_nonce", scheme="DPoP")


@pytest.fixture
def two_workers() -> Iterator[tuple[Server, str]]:
    """Two workers that want nonces, and a token's issuer."""
    with issuer(RsaKey.named("k1").jwk()) as tenant:
        port = free_port()
        flags = ["--issuer", tenant, "--audience", AUDIENCE, "--port", str(port)]
        arguments = ["-m", "api_server", *flags, "--workers", "2", "--dpop-nonce"]
        server = Server.start(arguments, port)
        try:
            yield server, tenant
        finally:
            server.stop()


def answer_of(port: int, sent: str, proof: str) -> tuple[int, str]:
    """Return the status and the nonce that whichever worker takes the connection answers with."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=DEADLINE_SECONDS)
    try:
        connection.request("GET", PATH, headers={"Authorization": f"DPoP {sent}", "DPoP": proof})
        answer = connection.getresponse()
        return answer.status, answer.headers["DPoP-Nonce"] or ""
    finally:
        connection.close()


@pytest.mark.heavy
@pytest.mark.skipif(not rounds(0, 1), reason="in short: the two of one process, above")
def test_a_replay_at_two_processes_gets_in_once_at_each(two_workers: tuple[Server, str]) -> None:
    server, tenant = two_workers
    prover, now = Prover(clock=time.time), int(time.time())
    said = claims(iss=tenant, iat=now, exp=now + 600, cnf={"jkt": prover.thumbprint})
    sent = token(RsaKey.named("k1"), said)
    url = f"http://127.0.0.1:{server.port}{PATH}"
    status, nonce = answer_of(server.port, sent, prover.prove("GET", url, sent))
    assert status == 401
    proof = prover.prove("GET", url, sent, nonce=nonce)
    # each connection is a new one, and the kernel gives it to either worker: in the end to both
    taken: Counter[int] = Counter()
    while taken[200] < 2 and taken[401] < 2000:
        taken[answer_of(server.port, sent, proof)[0]] += 1
    assert taken[200] == 2
    assert {answer_of(server.port, sent, proof)[0] for _ in range(40)} == {401}
