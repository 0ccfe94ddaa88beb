"""Whether an access token is good enough to be handed out: judged here, for every way to one.

It imports next to nothing, because `doorkey token` in the ordinary case does so, too.
"""

from datetime import datetime, timedelta
from typing import Final

USUAL_VALIDITY: Final = timedelta(seconds=60)
"""What is left of a token that is handed out: enough for a slow call and a clock that is off."""


def is_good_for(
    min_validity: timedelta | None, *, obtained_at: datetime, expiry: datetime, now: datetime
) -> bool:
    """Return whether an access token has `min_validity` left; where None is asked for, a minute.

    Half its life is enough where nothing was asked for, or more than it ever has: anything else
    would renew a short-lived token at every use.
    """
    left = expiry - now
    if left > (min_validity or USUAL_VALIDITY):
        return True
    lifetime = expiry - obtained_at
    can_be_had = min_validity is not None and min_validity < lifetime
    return not can_be_had and left > lifetime / 2
