"""What `doorkey init` writes for each vendor is what its tenants take, from sign-in to log out."""

import json
from dataclasses import replace

import pytest

from tests.support.builders.configs import CONFIG
from tests.support.doctor.patient import Patient
from tests.support.ports import free_port
from tests.support.tenants.vendors import SCRIPTS, Script, ScriptedVendor
from tui.auth.service import AuthService
from tui.auth.store.store import MemoryStore
from tui.auth.tenant.setting_up import config_members, look_up
from tui.config.load import parse_config
from tui.config.vendors.servers import GENERIC
from tui.config.vendors.table import BY_KEY


async def set_up(patient: Patient, script: Script) -> ScriptedVendor:
    """Do as init does, with a callback port of this test's own."""
    vendor = ScriptedVendor(patient.clock, script)
    found = await look_up(vendor.issuer, transport=vendor)
    assert found.vendor.key == script.key
    members = config_members(found, CONFIG.client_id, CONFIG.audience, CONFIG.api_url)
    config = parse_config(json.dumps(members), patient.config.path)
    uri = config.redirect_uris[0].replace(":8642/", f":{free_port()}/")
    patient.config = replace(config, redirect_uris=(uri,), client_secret=script.secret)
    patient.resource["authorization_servers"] = [vendor.issuer]
    patient.tenant = vendor
    return vendor


@pytest.mark.parametrize("script", SCRIPTS, ids=[each.key for each in SCRIPTS])
async def test_what_init_writes_signs_in_pleases_the_doctor_renews_and_leaves(
    patient: Patient, script: Script
) -> None:
    vendor = await set_up(patient, script)
    async with AuthService(
        patient.config,
        store=MemoryStore(),
        transport=vendor,
        clock=patient.clock,
        open_url=vendor.browser,
    ) as service:
        event = await service.login()
        assert (event.logged_in, event.remarks) == (True, ())
        rows = (await patient.rows()).values()
        assert [each for each in rows if each.verdict == "wrong"] == []
        looked_at = {each.rule: each.verdict for each in rows}
        assert looked_at["callback"] == looked_at["request"] == looked_at["client"] == "ok"
        await service.renew_tokens()
        assert service.access_token == "access-2"
        _local, revocation, at_tenant = await service.log_out()
        assert revocation.outcome == ("done" if script.revokes else "skipped")
        assert ("refresh-2" in vendor.refresh_tokens) != script.revokes
        assert at_tenant.outcome == ("done" if script.leaves_by else "skipped")
        assert vendor.left_by == script.leaves_by


def test_each_vendor_of_the_table_has_a_script() -> None:
    assert {each.key for each in SCRIPTS} == BY_KEY.keys() - {GENERIC.key}
