"""How a tool says whether its calls can become tasks, at the path that `fastmcp` has for it."""

from ..calls.task_config import (
    DEFAULT_POLL_INTERVAL,
    DEFAULT_POLL_INTERVAL_MS,
    DEFAULT_TTL_MS,
    TASKS_EXTENSION_ID,
    TaskConfig,
    TaskMeta,
    TaskMode,
)

__all__ = [
    "DEFAULT_POLL_INTERVAL",
    "DEFAULT_POLL_INTERVAL_MS",
    "DEFAULT_TTL_MS",
    "TASKS_EXTENSION_ID",
    "TaskConfig",
    "TaskMeta",
    "TaskMode",
]
