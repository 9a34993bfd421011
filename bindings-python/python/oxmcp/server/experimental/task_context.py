"""A task, as the function that does its work sees it."""

from ...calls.experimental import ServerTaskContext

__all__ = ["ServerTaskContext"]
