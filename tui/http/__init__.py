"""HTTP on the user's side: each request to a tenant, an API or a bundled server is made here.

Imports the address, the text and the errors, and no room.
"""

import sys

# httpx's own command line, which nobody runs here, loads click, rich and pygments: 45 ms.
sys.modules.setdefault("httpx._main", None)  # type: ignore[arg-type] # None: it cannot be imported
