"""`doorkey ping`: whether the API takes the token, in one line."""

import asyncio
import json
from argparse import Namespace

from tui.api.call import Caller
from tui.api.client import ApiClient
from tui.auth.service import AuthService
from tui.commands.call.refused import offer_way_out, refusal, way_out
from tui.config.load import Config, has_own_servers, load_config
from tui.errors import ApiRefused
from tui.json_value import Json
from tui.text import printable, write_line


def ping(arguments: Namespace) -> int:
    """Call the API with an access token that is valid."""
    config = load_config(arguments.config)
    if arguments.json:
        write_line(json.dumps(asyncio.run(_ping(config))))
    else:
        write_line(printable(offer_way_out(config, lambda: _ping(config))["message"]))
    return 0


async def _ping(config: Config) -> dict[str, Json]:
    async with AuthService(config) as service:
        service.take_up()
        api = ApiClient(config.api_url, is_ours=has_own_servers(config))
        caller = Caller(service, api, service.clock)
        try:
            call = await caller.call()
        finally:
            await caller.aclose()
    result = call.result
    if result is None:
        raise call.no_answer or ApiRefused("The API gave no answer.")
    if not result.ok:
        raise refusal(result, call.explanation, config, way_out(call.explanation))
    return {
        "status": result.status,
        "message": result.message,
        "elapsed_seconds": round(result.elapsed_seconds, 4),
    }
