"""`max_age`: asked for by an option or the config, and held against `auth_time` (Core 3.1.3.7)."""

from dataclasses import replace

import pytest

from tests.support.builders.configs import CONFIG
from tests.support.clocks import Clock
from tests.support.tenants.scripted_tenant import ScriptedTenant
from tests.support.tenants.sign_ins import SignIns
from tui.auth.sign_in.attempt import SignInOptions
from tui.auth.tenant.id_token import LEEWAY_SECONDS
from tui.config.load import Config
from tui.errors import IdTokenRejected

BY_CONFIG = replace(CONFIG, authorization_params={"max_age": "300"})

WAYS = [(CONFIG, SignInOptions(max_age_seconds=300)), (BY_CONFIG, SignInOptions())]
"""Both ways to ask for at most five minutes."""


def signed_in(tenant: ScriptedTenant, clock: Clock, seconds_ago: float) -> None:
    tenant.id_claims = {"auth_time": clock().timestamp() - seconds_ago}


async def sign_in(
    tenant: ScriptedTenant, clock: Clock, config: Config, options: SignInOptions
) -> None:
    signing = SignIns(tenant, clock, config)
    try:
        await signing.service.login(options=options)
    finally:
        await signing.service.aclose()


@pytest.mark.parametrize(("config", "options"), WAYS)
async def test_a_sign_in_of_exactly_that_age_will_do(
    tenant: ScriptedTenant, clock: Clock, config: Config, options: SignInOptions
) -> None:
    """security.md 24."""
    signed_in(tenant, clock, 300 + LEEWAY_SECONDS)
    await sign_in(tenant, clock, config, options)
    assert tenant.authorization["max_age"] == "300"


@pytest.mark.parametrize(("config", "options"), WAYS)
async def test_one_that_is_older_will_not(
    tenant: ScriptedTenant, clock: Clock, config: Config, options: SignInOptions
) -> None:
    """security.md 24."""
    signed_in(tenant, clock, 300 + LEEWAY_SECONDS + 1)
    with pytest.raises(IdTokenRejected, match="last asked for the password 361 s ago; at most 300"):
        await sign_in(tenant, clock, config, options)


@pytest.mark.parametrize(("config", "options"), WAYS)
async def test_an_id_token_that_does_not_say_when_will_not(
    tenant: ScriptedTenant, clock: Clock, config: Config, options: SignInOptions
) -> None:
    """security.md 24."""
    tenant.id_claims = {"auth_time": None}
    with pytest.raises(IdTokenRejected, match='auth_time is "None"'):
        await sign_in(tenant, clock, config, options)


@pytest.mark.parametrize(("config", "options"), WAYS)
async def test_a_sign_in_in_the_future_will_not(
    tenant: ScriptedTenant, clock: Clock, config: Config, options: SignInOptions
) -> None:
    """security.md 24."""
    signed_in(tenant, clock, -LEEWAY_SECONDS)
    await sign_in(tenant, clock, config, options)
    signed_in(tenant, clock, -LEEWAY_SECONDS - 1)
    with pytest.raises(IdTokenRejected, match=r"1 min ahead of this machine.s clock \(auth_time"):
        await sign_in(tenant, clock, config, options)


async def test_an_option_counts_more_than_the_config(tenant: ScriptedTenant, clock: Clock) -> None:
    signed_in(tenant, clock, 200)
    with pytest.raises(IdTokenRejected, match="at most 60 s was asked for"):
        await sign_in(tenant, clock, BY_CONFIG, SignInOptions(max_age_seconds=60))
