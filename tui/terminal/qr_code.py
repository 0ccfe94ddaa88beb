"""A QR code as text: two modules in each character cell, with half blocks."""

from typing import Final

QUIET_ZONE: Final = 2
"""Modules of white around it. ISO 18004 asks for 4; cameras read 2, and terminals are small."""

HALVES: Final = {(0, 0): "\xa0", (1, 0): "▀", (0, 1): "▄", (1, 1): "█"}
"""Dark above, dark below. To be drawn in black on white: many cameras read no inverted code. The
empty cell is a space that nobody strips or wraps at."""


def qr_lines(text: str) -> list[str]:
    """Give the QR code of `text`, as small as it can be, as lines of the same width."""
    import segno

    code = segno.make(text, error="l", micro=False, boost_error=False)
    rows = [list(row) for row in code.matrix_iter(border=QUIET_ZONE)]
    if len(rows) % 2:
        rows.append([0] * len(rows[0]))
    return [
        "".join(HALVES[top, bottom] for top, bottom in zip(above, below, strict=True))
        for above, below in zip(rows[::2], rows[1::2], strict=True)
    ]
