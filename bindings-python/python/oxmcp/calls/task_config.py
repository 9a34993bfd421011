"""Whether calls of a tool can become tasks, as people write it: `task=` of a tool."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Literal, get_args

from ..errors import ConfigurationError

TaskMode = Literal["forbidden", "optional", "required"]
"""A tool's `taskSupport`: never a task, a task for callers that want one, nothing but a task (LTASK-2)."""

TaskBegins = Literal["at once", "when told"]
"""When a call becomes a task: before the function runs, or when that says `ctx.become_task()`."""

TASKS_EXTENSION_ID = "io.modelcontextprotocol/tasks"
DEFAULT_POLL_INTERVAL = timedelta(seconds=5)
DEFAULT_POLL_INTERVAL_MS = 5_000
DEFAULT_TTL_MS = 60_000


@dataclass
class TaskMeta:
    """What a caller says of the task it asks for.

    Attributes:
        ttl: Milliseconds for which the result is kept; as the server says when None.
        fn_key: Taken because `fastmcp` has it. It names a queue, and there is none here.
    """

    ttl: int | None = None
    fn_key: str | None = None


@dataclass
class TaskConfig:
    """Whether calls of a tool can become tasks.

    Attributes:
        mode: "forbidden", "optional" or "required".
        poll_interval: How long a client is told to wait before it asks again.
        begins: "at once", or "when told" for a function that may ask its client first, and then says `ctx.become_task()`.

    Raises:
        ConfigurationError: there is no such mode or beginning, or the interval is no positive time.
    """

    mode: TaskMode = "optional"
    poll_interval: timedelta = DEFAULT_POLL_INTERVAL
    begins: TaskBegins = "at once"

    def __post_init__(self) -> None:
        """Holds all three against what there is."""
        if self.mode not in get_args(TaskMode):
            raise ConfigurationError(f"task: there is no mode {self.mode!r}: use 'forbidden', 'optional' or 'required'")
        if not isinstance(self.poll_interval, timedelta) or self.poll_interval <= timedelta(0):
            raise ConfigurationError(f"task: poll_interval must be a positive timedelta, not {self.poll_interval!r}")
        if self.begins not in get_args(TaskBegins):
            raise ConfigurationError(f"task: begins is 'at once' or 'when told', not {self.begins!r}")

    @classmethod
    def from_bool(cls, value: bool) -> TaskConfig:
        """True is "optional", False is "forbidden"."""
        return cls("optional" if value else "forbidden")

    @classmethod
    def of(cls, task: Any) -> TaskConfig:
        """What was written as `task=`: a TaskConfig, its mode, a bool, or None for "forbidden".

        Raises:
            ConfigurationError: it is none of these.
        """
        if isinstance(task, TaskConfig):
            return task
        if task is None or isinstance(task, bool):
            return cls.from_bool(bool(task))
        return cls(task)

    def supports_tasks(self) -> bool:
        """Whether a call can become a task."""
        return self.mode != "forbidden"
