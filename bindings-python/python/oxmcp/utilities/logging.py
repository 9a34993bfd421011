"""Logs, at the path that `fastmcp` has for them."""

from __future__ import annotations

import logging

from ..later.names import names
from ..serving.logs import configure_logging

__all__ = ["configure_logging", "get_logger"]


def get_logger(name: str) -> logging.Logger:
    """The logger of this name below `oxmcp`."""
    return logging.getLogger(name if name == "oxmcp" or name.startswith("oxmcp.") else f"oxmcp.{name}")


__getattr__ = names(__name__)
