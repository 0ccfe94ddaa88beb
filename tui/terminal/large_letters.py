"""A short code in letters of three rows, from half blocks: to be read from the next desk."""

from typing import Final

from tui.terminal.qr_code import HALVES

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


def large(text: str) -> str:
    """Give `text` as three lines; empty where it is too long, or has a letter that is not here."""
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
