"""How a tool says whether its calls can become tasks, at the paths that `fastmcp` 3 has for it."""

from ...calls.task_config import TaskConfig, TaskMeta, TaskMode
from ...later.names import names

__all__ = ["TaskConfig", "TaskMeta", "TaskMode"]

__getattr__ = names(__name__)
