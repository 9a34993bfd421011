"""The tests of this folder are of what computes and writes, not of speed: they run no server."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
