"""What a call has to do with tasks: the one it is, and becoming one."""

from __future__ import annotations

from datetime import timedelta

from .. import _native
from ..engine.values import DONE, Done


class CallTask:
    """The task that a call is: what its client knows it by, and what is told of it meanwhile."""

    __slots__ = ("_call", "created_at", "poll_interval", "task_id", "ttl")

    def __init__(self, call: _native.Call, facts: str) -> None:
        told = _native.loads(facts)
        self._call = call
        self.task_id: str = told["taskId"]
        self.created_at: str = told["createdAt"]
        """ISO 8601."""
        self.ttl: timedelta | None = None if told["ttl"] is None else timedelta(milliseconds=told["ttl"])
        """How long it is kept, from its beginning; None: for ever."""
        self.poll_interval = timedelta(milliseconds=told["pollInterval"])
        """How often its client is told to look."""

    def update_status(self, message: str) -> Done:
        """Says in words where the task is; its client reads it as `statusMessage`. May be awaited or not."""
        self._call.emit_task_status(message)
        return DONE

    def __repr__(self) -> str:
        return f"CallTask({self.task_id!r})"


class InTask:
    """The task that a call is, by the names of `fastmcp` and by ours."""

    __slots__ = ()

    _call: _native.Call

    @property
    def task(self) -> CallTask | None:
        """The task that the call is; None where it is none, or not yet."""
        facts = self._call.task
        return None if facts is None else CallTask(self._call, facts)

    @property
    def task_id(self) -> str | None:
        """The id of the task that the call is."""
        task = self.task
        return None if task is None else task.task_id

    @property
    def is_background_task(self) -> bool:
        """Whether the call is a task: its request is answered already."""
        return self._call.task is not None

    def become_task(self) -> bool:
        """Makes a task of the call, whose request is answered with it: for tools that ask their client first (TASK-14), and
        say `TaskConfig(begins="when told")`.

        Returns:
            Whether it is one now. It is not where the client takes none, or none more fits; it goes on as it was then.
        """
        return self._call.become_task()
