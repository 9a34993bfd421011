"""Tasks as 1.x of the official package writes them in a low-level handler: `await ctx.experimental.run_task(work)`."""

from __future__ import annotations

import warnings
from collections.abc import Awaitable, Callable
from typing import Any

from .. import _native, types
from ..errors import McpError, ToolError
from ..types.version import HANDSHAKE_PROTOCOL_VERSIONS
from .in_task import CallTask
from .task_config import TASKS_EXTENSION_ID

EXPLICIT_TASK_ID_DEPRECATION = (
    "run_task takes a task_id, which counts for nothing: the engine chooses ids that nobody guesses."
)
"""What those who give one are warned with."""


class RanTask:
    """What `run_task` gives back, for a handler to return: the task, and what came of it."""

    __slots__ = ("meta", "of_task", "task")

    def __init__(self, task: types.Task, of_task: Any, meta: dict[str, Any] | None) -> None:
        self.task = task
        self.of_task = of_task
        self.meta = meta


class ServerTaskContext:
    """A task, as the function that does its work sees it."""

    def __init__(self, context: Any, task: CallTask) -> None:
        self._context = context
        self._task = task
        self._ended: Any = None

    @property
    def task_id(self) -> str:
        """What its client knows it by."""
        return self._task.task_id

    @property
    def task(self) -> types.Task:
        """The task, as it was at its beginning."""
        return described(self._task)

    @property
    def is_cancelled(self) -> bool:
        """Whether its client took it back. The work is cancelled then, too."""
        return bool(self._context._call.is_cancelled)

    async def update_status(self, message: str, *, notify: bool = True) -> None:
        """Says in words where it is."""
        self._task.update_status(message)

    async def complete(self, result: Any, *, notify: bool = True) -> None:
        """Says what comes of it, whatever the work returns."""
        self._ended = result

    async def fail(self, error: str, *, notify: bool = True) -> None:
        """Lets it fail, whatever the work returns."""
        self._ended = types.CallToolResult(content=[types.TextContent(text=error)], is_error=True)

    async def elicit(self, message: str, requestedSchema: Any) -> types.ElicitResult:
        """Asks its client to have a form filled in; see `session.elicit`."""
        result: types.ElicitResult = await self._session.elicit_form(message, requestedSchema)
        return result

    async def elicit_url(self, message: str, url: str, elicitation_id: str) -> types.ElicitResult:
        """Asks its client to open a page; see `session.elicit_url`."""
        result: types.ElicitResult = await self._session.elicit_url(message, url, elicitation_id)
        return result

    async def create_message(self, messages: Any, **options: Any) -> Any:
        """Asks its client's model; see `session.create_message`."""
        return await self._session.create_message(messages, **options)

    @property
    def _session(self) -> Any:
        return self._context.session


class Experimental:
    """What a request has to do with tasks."""

    __slots__ = ("_context",)

    def __init__(self, context: Any) -> None:
        self._context = context

    @property
    def task_metadata(self) -> types.TaskMetadata | None:
        """What the client says of the task it asks for. From 2026-07-28 on it says only that it takes one."""
        asked = self._context._call.task_requested
        if asked is not None:
            return types.TaskMetadata(**_native.loads(asked))
        takes = self._is_modern and self._context.client_supports_extension(TASKS_EXTENSION_ID)
        return types.TaskMetadata() if takes else None

    @property
    def is_task(self) -> bool:
        """Whether the request can be answered with a task."""
        return self.task_metadata is not None

    @property
    def client_supports_tasks(self) -> bool:
        """Whether the client declared that it has tasks."""
        if self._is_modern:
            return bool(self._context.client_supports_extension(TASKS_EXTENSION_ID))
        declared = self._context.client_capabilities
        return declared is not None and declared.tasks is not None

    def validate_task_mode(
        self, tool_task_mode: types.TaskExecutionMode | None, *, raise_error: bool = True
    ) -> types.ErrorData | None:
        """Holds the request against what a tool says of tasks (LTASK-2).

        Returns:
            None where they agree.

        Raises:
            McpError: they do not, and `raise_error` is set.
        """
        mode, message = tool_task_mode or types.TASK_FORBIDDEN, None
        if mode == types.TASK_REQUIRED and not self.is_task:
            message = "This tool requires task-augmented invocation"
        # From 2026-07-28 on the server decides: a client that takes tasks asks for none.
        elif mode == types.TASK_FORBIDDEN and self.is_task and not self._is_modern:
            message = "This tool does not support task-augmented invocation"
        if message is None:
            return None
        if raise_error:
            raise McpError(types.METHOD_NOT_FOUND, message)
        return types.ErrorData(code=types.METHOD_NOT_FOUND, message=message)

    def validate_for_tool(self, tool: Any, *, raise_error: bool = True) -> types.ErrorData | None:
        """The same for a `Tool`."""
        execution = getattr(tool, "execution", None)
        mode = getattr(execution, "task_support", None) or getattr(execution, "taskSupport", None)
        return self.validate_task_mode(mode, raise_error=raise_error)

    def can_use_tool(self, tool_task_mode: types.TaskExecutionMode | None) -> bool:
        """Whether the client can call such a tool at all."""
        return tool_task_mode != types.TASK_REQUIRED or self.client_supports_tasks

    async def run_task(
        self,
        work: Callable[[ServerTaskContext], Awaitable[Any]],
        *,
        task_id: str | None = None,
        model_immediate_response: str | None = None,
    ) -> Any:
        """Answers the request with a task, and does its work: what this gives back is for the handler to return.

        Args:
            work: Does it, and returns the result. What it raises becomes a result with `isError`.
            task_id: Accepted for code that gives one; the engine chooses ids that nobody guesses.
            model_immediate_response: Accepted for code that gives one.

        Raises:
            RuntimeError: the client takes no task, or no more fits.
        """
        if task_id is not None:
            warnings.warn(EXPLICIT_TASK_ID_DEPRECATION, DeprecationWarning, stacklevel=2)
        context = self._context
        if not self.is_task or not context.become_task() or (task := context.task) is None:
            raise RuntimeError("The request is not answered with a task: its client takes none, or there are too many")
        doing = ServerTaskContext(context, task)
        try:
            result = await work(doing)
        except McpError:
            raise
        except Exception as error:
            if doing._ended is None:
                raise ToolError(str(error) or type(error).__name__) from error
            result = None
        return RanTask(doing.task, result if doing._ended is None else doing._ended, None)

    @property
    def _is_modern(self) -> bool:
        return self._context.protocol_version not in HANDSHAKE_PROTOCOL_VERSIONS


def described(task: CallTask) -> types.Task:
    """The task as the protocol has it."""
    return types.Task(
        task_id=task.task_id,
        status=types.TASK_STATUS_WORKING,
        created_at=task.created_at,
        last_updated_at=task.created_at,
        ttl=None if task.ttl is None else round(task.ttl.total_seconds() * 1000),
        poll_interval=round(task.poll_interval.total_seconds() * 1000),
    )
