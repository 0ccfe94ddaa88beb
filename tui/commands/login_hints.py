"""Which further ways to sign in a shell tells of, the likeliest first for where it runs."""

from urllib.parse import urlsplit

from tui.auth.session import SignInProgress
from tui.auth.sign_in.options import Way
from tui.auth.sign_in.surroundings import Surroundings


def hints(progress: SignInProgress, around: Surroundings, way: Way) -> list[str]:
    """Give the lines to print below the address; none where its browser is at hand."""
    if way == "paste" or not (around.browser_is_elsewhere or not around.has_display):
        return []
    port = urlsplit(progress.redirect_uri).port
    lines = []
    if around.over_ssh and port:
        lines += [
            "This terminal is on another machine. For the answer to come back, run this on yours:",
            "",
            f"  {around.tunnel(port)}",
            "",
        ]
    elif around.in_container:
        lines.append("This terminal is in a container, which a browser outside may not reach.")
    elif not around.has_display:
        lines.append("No browser can be shown here.")
    other = ["doorkey login --paste: paste the address that a browser elsewhere ends at"]
    if progress.device_offered:
        other.insert(0, "doorkey login --device: a short code to enter on any other device")
    return [*lines, "Or end this, and try:", *(f"  {each}" for each in other), ""]
