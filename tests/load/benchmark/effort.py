"""How long and how often is measured."""

from __future__ import annotations

from dataclasses import dataclass, field

from .clocks import Calm

WARMUP = {"Python": (400, 2.0), "TypeScript": (20_000, 3.0), "Rust": (5_000, 0.5)}
"""How many answers, or how many seconds, a new process is warmed up for, whichever is over first. A compiler that works while
the program runs needs tens of thousands of calls before it has nothing left to do."""
REWARM = {"Python": (100, 0.3), "TypeScript": (3_000, 0.5), "Rust": (500, 0.2)}
"""The same for the next cell of the same process."""


@dataclass(frozen=True)
class Effort:
    """How long and how often to measure."""

    rounds: int
    seconds: float
    """One measurement."""
    spawns: int
    """How often a process is only started."""
    calls: int
    """How many make a server's uptime."""
    longest: float
    """Seconds that those calls may take."""
    warmup_share: float = 1.0
    """How much of the warm-up is worth its time."""
    calm: Calm = field(default_factory=Calm)
    """What waits, before each measurement, for a calm machine."""

    def warmup(self, language: str, is_first: bool) -> tuple[int, float]:
        """Answers and seconds."""
        answers, seconds = (WARMUP if is_first else REWARM)[language]
        return max(1, round(answers * self.warmup_share)), seconds * self.warmup_share


FULL = Effort(rounds=3, seconds=0.5, spawns=7, calls=1_000_000, longest=20.0)
QUICK = Effort(rounds=1, seconds=0.3, spawns=3, calls=20_000, longest=3.0, warmup_share=0.3)
