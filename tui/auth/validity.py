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

    Where nothing was asked for, half its life is enough. Where more was asked for than it ever has,
    the newest is as good as it gets. Anything else would renew a short-lived token at every use.
    """
    left, lifetime = expiry - now, expiry - obtained_at
    if left > (min_validity or USUAL_VALIDITY):
        return True
    if min_validity is None:
        return left > lifetime / 2
    is_new = now - obtained_at < min(USUAL_VALIDITY, lifetime / 2)
    return min_validity >= lifetime and is_new
