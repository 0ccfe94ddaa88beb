"""`python -m api_server`: run the API."""

import os
import sys
from functools import partial

from api_server.app import create_app
from api_server.serving.serving import serve
from api_server.settings import settings_from


def main() -> None:
    """Read the settings and serve until told to stop."""
    settings = settings_from(sys.argv[1:], os.environ)
    serve(
        partial(create_app, settings),
        host=settings.host,
        port=settings.port,
        workers=settings.workers,
        stop_with_stdin=settings.stop_with_stdin,
        address_setting=settings.address_setting,
    )


if __name__ == "__main__":
    main()
