"""Requests with proofs of possession: the API against Express with the same, and against Bearer.

Each proof is good for once, so each round has proofs of its own, made before it. Tokens were seen
before, and so was the client's key.
"""

import os
import shutil
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack
from operator import sub
from pathlib import Path
from statistics import median
from typing import Final

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256

from tests.bench.measures.comparison import Comparison, Load, Sample, sample
from tests.bench.measures.report import at_most, say
from tests.bench.measures.trees import Tree
from tests.bench.measures.wrk import CONNECTIONS, wrk
from tests.bench.servers import express, issuer, our_api, running, verifying_api
from tests.bench.verifying_api import SIGNED
from tests.support.builders.proofs import Prover
from tests.support.builders.tokens import AUDIENCE, RsaKey, claims, token

ROUNDS: Final = int(os.environ.get("DOORKEY_BENCH_ROUNDS", "5"))
SECONDS: Final = float(os.environ.get("DOORKEY_BENCH_SECONDS", "3"))

SERVER_CORE: Final = "0"
WRK_CORE: Final = "1"

MOST_A_SECOND: Final = 12_000
"""More proofs than any server here takes: one that came again would be refused."""

OURS: Final = "this, with proofs"
BEARER: Final = "this, Bearer"
CHECKING: Final = "this, Bearer and a bare check"
EXPRESS: Final = "Express, with proofs"

EXPRESS_TARGET: Final = 2.0
OVERHEAD_MICROSECONDS: Final = 40.0
"""On top of the verification of a signature, and of building its key, in the same server."""

RSA: Final = RsaKey.named("k1")


def main(_trees: Sequence[Tree]) -> None:
    """Run the comparison; a minute or two, half of it to make proofs."""
    if shutil.which("wrk") is None:
        sys.exit("this benchmark needs wrk (apt install wrk)")
    prover = Prover(clock=time.time)
    with tempfile.TemporaryDirectory() as folder, issuer(RSA.jwk()) as tenant, ExitStack() as stack:
        ours = stack.enter_context(running(our_api(tenant), SERVER_CORE))
        checking = stack.enter_context(running(verifying_api(tenant), SERVER_CORE))
        plain, proofs = Path(folder, "plain"), Path(folder, "proofs")
        plain.write_text(_token(tenant))
        loads = {
            BEARER: Load(ours, plain),
            CHECKING: Load(checking, plain),
            OURS: Load(ours, proofs),
        }
        theirs = express(tenant, "--dpop")
        if theirs is None:
            say("node and npm are not here: no comparison with Express")
        else:
            loads[EXPRESS] = Load(stack.enter_context(running(theirs, SERVER_CORE)), proofs)
        bound = _token(tenant, cnf={"jkt": prover.thumbprint})
        comparison = _rounds(loads, proofs, bound, prover)
    say(f"one core each, median of {ROUNDS} rounds of {SECONDS:.0f} s")
    comparison.say()
    if theirs is not None:
        comparison.say_ratio(OURS, EXPRESS, EXPRESS_TARGET)
    _say_overhead(comparison)


def _rounds(loads: dict[str, Load], proofs: Path, bound: str, prover: Prover) -> Comparison:
    samples: dict[str, list[Sample]] = {name: [] for name in loads}
    for number in range(ROUNDS + 1):
        for name, load in loads.items():
            seconds = SECONDS if number else 1.0
            if load.tokens == proofs:
                proofs.write_text(_lines(bound, prover, load.server.url, seconds))
            if number:
                samples[name].append(sample(load, seconds, WRK_CORE, CONNECTIONS))
            else:  # to have everything loaded
                wrk(load.server.url, load.tokens, seconds, WRK_CORE)
    return Comparison(samples)


def _lines(bound: str, prover: Prover, url: str, seconds: float) -> str:
    count, now = round(MOST_A_SECOND * (seconds + 1)), int(time.time())
    return "\n".join(f"{bound} {prover.prove('GET', url, bound, iat=now)}" for _ in range(count))


def _say_overhead(comparison: Comparison) -> None:
    proof, bare = _more(comparison, OURS), _more(comparison, CHECKING)
    say(
        f"  over Bearer, to verify an ES256 signature and build its key takes {bare:.0f} us of CPU "
        f"({_alone():.0f} us in a loop that does nothing else); a proof {proof - bare:.0f} us more "
        f"({at_most(proof - bare, OVERHEAD_MICROSECONDS)})"
    )


def _more(comparison: Comparison, name: str) -> float:
    """Return the microseconds that a request takes over one with a bearer token."""
    return float(median(map(sub, comparison.cpu(name), comparison.cpu(BEARER))))


def _alone(times: int = 10_000) -> float:
    """Return the microseconds that it takes to build a key and verify a signature, in a loop."""
    key = ec.generate_private_key(ec.SECP256R1())
    numbers, signature = key.public_key().public_numbers(), key.sign(SIGNED, ec.ECDSA(SHA256()))
    began = time.process_time()
    for _ in range(times):
        numbers.public_key().verify(signature, SIGNED, ec.ECDSA(SHA256()))
    return (time.process_time() - began) / times * 1e6


def _token(tenant: str, **more: object) -> str:
    now = int(time.time())
    return token(RSA, claims(iss=tenant, aud=AUDIENCE, iat=now, exp=now + 36_000, **more))
