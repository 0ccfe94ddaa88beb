"""Puts several pictures of the app into one SVG that moves, and stands still where asked to."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

CELL_WIDTH: Final = 12.2
"""What Rich gives one character, in the picture's units."""

RULE: Final = re.compile(r"\.terminal-\d+-r(\d+) \{ ([^}]*) \}")
RECTANGLE: Final = re.compile(
    r'<rect fill="([^"]+)" x="([\d.]+)" y="([\d.]+)" width="([\d.]+)" height="([\d.]+)"'
    r' shape-rendering="crispEdges"/>'
)
WORDS: Final = re.compile(
    r'<text class="terminal-\d+-r(\d+)" x="([\d.]+)" y="([\d.]+)" textLength="([\d.]+)"'
    r"[^>]*>([^<]*)</text>"
)
SPACE: Final = "&#160;"


@dataclass(frozen=True, slots=True)
class Frame:
    """One picture, and how long it is shown."""

    svg: str
    seconds: float


def moving_picture(frames: Sequence[Frame]) -> str:
    """Return one SVG of frames of the same size that are shown in turn, for ever.

    Where less motion is asked for, the last frame stands still.
    """
    total = sum(frame.seconds for frame in frames)
    first = frames[0].svg
    window = first[first.index("<rect fill") : first.index('<g transform="translate(9, 41)"')]
    classes: dict[str, str] = {}
    groups, rules, begun = [], [], 0.0
    for number, frame in enumerate(frames):
        groups.append(f'<g class="f f{number}">{_body(frame.svg, classes)}</g>')
        rules.append(_shown(number, begun / total, (begun + frame.seconds) / total, total))
        begun += frame.seconds
    last = len(frames) - 1
    style = "".join(
        (
            "text{white-space:pre}",
            ".m{font:20px Fira Code,DejaVu Sans Mono,Menlo,Consolas,monospace}",
            "".join(f".{name}{{{rule}}}" for rule, name in classes.items()),
            ".f{visibility:hidden}",
            "".join(rules),
            "@media (prefers-reduced-motion:reduce){.f{animation:none}",
            f".f{last}{{visibility:visible}}}}",
        )
    )
    head = first[: first.index(">") + 1]
    return (
        f"{head}<style>{style}</style>{_renamed(window)}"
        f'<g transform="translate(9, 41)" class="m">{"".join(groups)}</g></svg>\n'
    )


def _shown(number: int, begin: float, end: float, total: float) -> str:
    shown, gone = f"{begin * 100:.2f}%", f"{end * 100:.2f}%"
    steps = f"0%{{visibility:hidden}}{shown}{{visibility:visible}}{gone}{{visibility:hidden}}"
    return (
        f"@keyframes k{number}{{{steps}}}"
        f".f{number}{{animation:k{number} {total:g}s step-end infinite}}"
    )


def _renamed(window: str) -> str:
    """Drop the class of the title, which would need a rule of its own."""
    title = 'font-family="arial" font-size="18" font-weight="bold"'
    return re.sub(r'class="terminal-\d+-title"', title, re.sub(r"\s+", " ", window))


def _body(svg: str, classes: dict[str, str]) -> str:
    rules = {number: rule.strip() for number, rule in RULE.findall(svg)}
    parts = list(_grounds(svg))
    for number, x, y, length, text in WORDS.findall(svg):
        text = text.rstrip("\n")
        while text.endswith(SPACE):
            text = text.removesuffix(SPACE)
            length = f"{float(length) - CELL_WIDTH:.1f}"
        if text:
            name = classes.setdefault(rules[number], f"c{len(classes)}")
            said = text.replace(SPACE, "\u00a0")
            parts.append(
                f'<text class="{name}" x="{x}" y="{y}" textLength="{length}">{said}</text>'
            )
    return "".join(parts)


def _grounds(svg: str) -> list[str]:
    """Return the grounds, neighbours of one colour as one."""
    merged: list[tuple[str, float, str, float, str]] = []
    for fill, x, y, width, height in RECTANGLE.findall(svg):
        left, across = float(x), float(width)
        if merged:
            before = merged[-1]
            if (before[0], before[2]) == (fill, y) and abs(before[1] + before[3] - left) < 0.1:
                merged[-1] = (fill, before[1], y, before[3] + across, height)
                continue
        merged.append((fill, left, y, across, height))
    return [
        f'<rect fill="{fill}" x="{x:g}" y="{y}" width="{width:.5g}" height="{height}"/>'
        for fill, x, y, width, height in merged
    ]
