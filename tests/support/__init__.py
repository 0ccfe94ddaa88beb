"""What tests arrange with, each once: clocks and ports here, the rest by what it stands for."""

from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]
"""The repo."""
