"""Run the local tenant: `python -m api_server.local_tenant --help`."""

import sys
from functools import partial
from typing import NoReturn

from api_server.local_tenant.app import create_app
from api_server.local_tenant.errors import DatabaseUnusable
from api_server.local_tenant.records.tenant import open_tenant
from api_server.local_tenant.settings import read_command_line
from api_server.serving.flags import SettingsInvalid
from api_server.serving.serving import serve


def main() -> None:
    """Check everything that can be known before listening, then serve."""
    try:
        command_line = read_command_line()
        # makes keys and people, or fails, before a worker could
        open_tenant(command_line.settings).close()
    except SettingsInvalid as error:
        _exit(2, str(error))
    except DatabaseUnusable as error:
        _exit(1, str(error))
    settings = command_line.settings
    sys.stderr.write(
        f"Local tenant {settings.issuer} - NOT FOR PRODUCTION: "
        "its passwords are public, and it speaks plain http on loopback only.\n"
    )
    serve(
        partial(create_app, settings),
        host=settings.host,
        port=settings.port,
        # one: it counts wrong passwords in memory, and its database is on one machine anyway
        workers=1,
        stop_with_stdin=command_line.stop_with_stdin,
        address_setting=command_line.address_setting,
    )


def _exit(status: int, message: str) -> NoReturn:
    sys.stderr.write(f"error: {message}\n")
    sys.exit(status)


if __name__ == "__main__":
    main()
