"""HTTP of this side: whatever asks a tenant, an API or a server of ours asks here, and only here.

Imports the address, the text and the errors, and no room.
"""

import sys

# httpx's own command line, which nobody runs here, loads click, rich and pygments: 45 ms.
sys.modules.setdefault("httpx._main", None)  # type: ignore[arg-type] # None: it cannot be imported
