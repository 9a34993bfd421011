"""Logs, under a familiar path."""

from ....serving.logs import configure_logging, get_logger

__all__ = ["configure_logging", "get_logger"]
