"""Which colours of words stand on which grounds, in a picture that the app has exported."""

import html
import re
from collections import defaultdict
from typing import Final

from textual.color import Color

CELL_WIDTH: Final = 12.2
LINE_HEIGHT: Final = 24.4
"""What Rich gives a character and a line, in the picture's units."""

COLOR: Final = re.compile(r"\.terminal-\d+-r(\d+) \{ fill: (#[0-9a-f]{6})")
GROUND: Final = re.compile(
    r'<rect fill="(#[0-9a-f]{6})" x="([\d.]+)" y="([\d.]+)" width="([\d.]+)" height="[\d.]+"'
    r" shape-rendering"
)
WORDS: Final = re.compile(
    r'<text class="terminal-\d+-r(\d+)" x="([\d.]+)"[^>]*terminal-\d+-line-(\d+)\)">([^<]*)</text>'
)
WORD: Final = re.compile("[^\\s\u2500-\u259f]")
FRAME: Final = re.compile("[\u2500-\u257f]")
"""Characters of words; of rules and frames."""


def pairs(svg: str, meant: re.Pattern[str] = WORD) -> dict[tuple[str, str], str]:
    """Return what is written in each pair of colours: that of the words, that of their ground."""
    colors = dict(COLOR.findall(svg))
    grounds: dict[int, list[tuple[float, float, str]]] = defaultdict(list)
    for fill, x, y, width in GROUND.findall(svg):
        line = round((float(y) - 1.5) / LINE_HEIGHT)
        grounds[line].append((float(x), float(x) + float(width), fill))
    found: dict[tuple[str, str], str] = defaultdict(str)
    for color, x, line, words in WORDS.findall(svg):
        for index, character in enumerate(html.unescape(words)):
            at = float(x) + (index + 0.5) * CELL_WIDTH
            under = [fill for begin, end, fill in grounds[int(line)] if begin <= at < end]
            if under and meant.match(character):
                found[colors[color], under[-1]] += character
    return found


def contrast(words: str, ground: str) -> float:
    """Return the contrast of two colours, from 1 to 21, as WCAG 2.2 defines it."""
    darker, lighter = sorted((_luminance(words), _luminance(ground)))
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(color: str) -> float:
    parts = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in Color.parse(color).normalized
    ]
    return sum(part * weight for part, weight in zip(parts, (0.2126, 0.7152, 0.0722), strict=True))
