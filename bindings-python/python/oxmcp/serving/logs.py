"""Python's log, by the names that people know."""

from __future__ import annotations

import logging
from typing import Any


def get_logger(name: str) -> logging.Logger:
    """The logger of this name."""
    return logging.getLogger(name)


def configure_logging(level: Any = "INFO") -> None:
    """Sends Python's log to standard error from this level up, unless it is set up already."""
    logging.basicConfig(format="%(message)s", level=level)
