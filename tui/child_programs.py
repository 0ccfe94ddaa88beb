"""What programs that are started from here are told: the environment, without our secrets."""

import os
from collections.abc import Mapping
from typing import Final

SECRET_VARIABLE: Final = "DOORKEY_CLIENT_SECRET"  # noqa: S105 - the name of one, not one


def environment_for_children(environ: Mapping[str, str] = os.environ) -> dict[str, str]:
    """Return the environment for programs that are started from here: without our secrets."""
    return {name: value for name, value in environ.items() if name != SECRET_VARIABLE}
