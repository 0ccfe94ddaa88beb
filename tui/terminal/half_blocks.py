"""Pictures in half blocks, two pixels in each cell: QR codes, and a code in large letters."""

from typing import Final

import segno

QUIET_ZONE: Final = 2
"""Modules of white around it. ISO 18004 asks for 4; cameras read 2, and terminals are small."""

HALVES: Final = {(0, 0): "\xa0", (1, 0): "▀", (0, 1): "▄", (1, 1): "█"}
"""Dark above, dark below. To be drawn in black on white: many cameras read no inverted code. The
empty cell is a space that nobody strips or wraps at."""

PIXELS: Final = {
    "A": ".##. #..# #### #..# #..#",
    "B": "###. #..# ###. #..# ###.",
    "C": ".### #... #... #... .###",
    "D": "###. #..# #..# #..# ###.",
    "E": "#### #... ###. #... ####",
    "F": "#### #... ###. #... #...",
    "G": ".### #... #.## #..# .###",
    "H": "#..# #..# #### #..# #..#",
    "I": "### .#. .#. .#. ###",
    "J": "..## ...# ...# #..# .##.",
    "K": "#..# #.#. ##.. #.#. #..#",
    "L": "#... #... #... #... ####",
    "M": "#...# ##.## #.#.# #...# #...#",
    "N": "#...# ##..# #.#.# #..## #...#",
    "O": ".##. #..# #..# #..# .##.",
    "P": "###. #..# ###. #... #...",
    "Q": ".##.. #..#. #..#. #.##. .####",
    "R": "###. #..# ###. #.#. #..#",
    "S": ".### #... .##. ...# ###.",
    "T": "##### ..#.. ..#.. ..#.. ..#..",
    "U": "#..# #..# #..# #..# .##.",
    "V": "#...# #...# #...# .#.#. ..#..",
    "W": "#...# #...# #.#.# ##.## #...#",
    "X": "#...# .#.#. ..#.. .#.#. #...#",
    "Y": "#...# .#.#. ..#.. ..#.. ..#..",
    "Z": "##### ...#. ..#.. .#... #####",
    "0": ".###. #..## #.#.# ##..# .###.",
    "1": ".#. ##. .#. .#. ###",
    "2": "###. ...# .##. #... ####",
    "3": "###. ...# .##. ...# ###.",
    "4": "#..# #..# #### ...# ...#",
    "5": "#### #... ###. ...# ###.",
    "6": ".##. #... ###. #..# .##.",
    "7": "#### ...# ..#. .#.. .#..",
    "8": ".##. #..# .##. #..# .##.",
    "9": ".##. #..# .### ...# .##.",
    "-": "... ... ### ... ...",
    " ": ". . . . .",
}
"""Each letter's rows of pixels, from above."""

MOST_COLUMNS: Final = 52
"""Eight letters, a hyphen and the gaps need 39 to 50; a longer code is as well read small."""


def qr_lines(text: str) -> list[str]:
    """Return the QR code of `text`, as small as it can be, as lines of the same width.

    Empty where `text` is longer than any code can be: 2,953 bytes (ISO/IEC 18004).
    """
    try:
        code = segno.make(text, error="l", micro=False, boost_error=False)
    except segno.DataOverflowError:
        return []
    rows = [list(row) for row in code.matrix_iter(border=QUIET_ZONE)]
    if len(rows) % 2:
        rows.append([0] * len(rows[0]))
    return [
        "".join(HALVES[top, bottom] for top, bottom in zip(above, below, strict=True))
        for above, below in zip(rows[::2], rows[1::2], strict=True)
    ]


def large(text: str) -> str:
    """Return `text` as three lines; empty where it is too long, or a letter has no picture."""
    if not text or any(letter not in PIXELS for letter in text.upper()):
        return ""
    letters = [PIXELS[letter].split() for letter in text.upper()]
    rows = [".".join(row) for row in zip(*letters, strict=True)]
    if len(rows[0]) > MOST_COLUMNS:
        return ""
    rows.append("." * len(rows[0]))  # five rows of pixels are two and a half of characters
    return "\n".join(_line(*pair) for pair in zip(rows[::2], rows[1::2], strict=True))


def _line(above: str, below: str) -> str:
    pixels = zip(above, below, strict=True)
    return "".join(HALVES[int(top == "#"), int(bottom == "#")] for top, bottom in pixels)
