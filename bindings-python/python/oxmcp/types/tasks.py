"""Tasks, as 2025-11-25 has them: work that goes on after the answer."""

from __future__ import annotations

from typing import Literal

from .notifications import Notification, NotificationParams
from .objects import PaginatedResult, Result
from .requests import PaginatedRequest, Request, RequestParams
from .wire_object import WireObject

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

__all__ = [
    "TASK_FORBIDDEN",
    "TASK_OPTIONAL",
    "TASK_REQUIRED",
    "TASK_STATUS_CANCELLED",
    "TASK_STATUS_COMPLETED",
    "TASK_STATUS_FAILED",
    "TASK_STATUS_INPUT_REQUIRED",
    "TASK_STATUS_WORKING",
    "CancelTaskRequest",
    "CancelTaskRequestParams",
    "CancelTaskResult",
    "ClientTasksCapability",
    "ClientTasksRequestsCapability",
    "CreateTaskResult",
    "GetTaskPayloadRequest",
    "GetTaskPayloadRequestParams",
    "GetTaskPayloadResult",
    "GetTaskRequest",
    "GetTaskRequestParams",
    "GetTaskResult",
    "ListTasksRequest",
    "ListTasksResult",
    "RelatedTaskMetadata",
    "ServerTasksCapability",
    "ServerTasksRequestsCapability",
    "Task",
    "TaskExecutionMode",
    "TaskMetadata",
    "TaskStatus",
    "TaskStatusNotification",
    "TaskStatusNotificationParams",
    "TasksCallCapability",
    "TasksCancelCapability",
    "TasksCreateElicitationCapability",
    "TasksCreateMessageCapability",
    "TasksElicitationCapability",
    "TasksListCapability",
    "TasksSamplingCapability",
    "TasksToolsCapability",
]

TaskExecutionMode = Literal["forbidden", "optional", "required"]
TaskStatus = Literal["working", "input_required", "completed", "failed", "cancelled"]

TASK_FORBIDDEN: Literal["forbidden"] = "forbidden"
TASK_OPTIONAL: Literal["optional"] = "optional"
TASK_REQUIRED: Literal["required"] = "required"

TASK_STATUS_WORKING: Literal["working"] = "working"
TASK_STATUS_INPUT_REQUIRED: Literal["input_required"] = "input_required"
TASK_STATUS_COMPLETED: Literal["completed"] = "completed"
TASK_STATUS_FAILED: Literal["failed"] = "failed"
TASK_STATUS_CANCELLED: Literal["cancelled"] = "cancelled"


class TasksListCapability(WireObject):
    """That tasks can be listed."""


class TasksCancelCapability(WireObject):
    """That tasks can be cancelled."""


class TasksCreateMessageCapability(WireObject):
    """That sampling can be a task."""


class TasksSamplingCapability(WireObject):
    """Which requests for sampling can be tasks."""

    create_message: TasksCreateMessageCapability | None = None


class TasksCreateElicitationCapability(WireObject):
    """That a question can be a task."""


class TasksElicitationCapability(WireObject):
    """Which questions can be tasks."""

    create: TasksCreateElicitationCapability | None = None


class TasksCallCapability(WireObject):
    """That a tool's call can be a task."""


class TasksToolsCapability(WireObject):
    """Which requests for tools can be tasks."""

    call: TasksCallCapability | None = None


class ClientTasksRequestsCapability(WireObject):
    """Which requests to a client can be tasks."""

    sampling: TasksSamplingCapability | None = None
    elicitation: TasksElicitationCapability | None = None


class ClientTasksCapability(WireObject):
    """What a client can do with tasks."""

    list: TasksListCapability | None = None
    cancel: TasksCancelCapability | None = None
    requests: ClientTasksRequestsCapability | None = None


class ServerTasksRequestsCapability(WireObject):
    """Which requests to a server can be tasks."""

    tools: TasksToolsCapability | None = None


class ServerTasksCapability(WireObject):
    """What a server can do with tasks."""

    list: TasksListCapability | None = None
    cancel: TasksCancelCapability | None = None
    requests: ServerTasksRequestsCapability | None = None


class TaskMetadata(WireObject):
    """Asks for a task, and how long it is kept, in milliseconds."""

    ttl: int | None = None


class RelatedTaskMetadata(WireObject):
    """Names the task a message belongs to."""

    task_id: str


class Task(WireObject):
    """A task and how it stands. Times are ISO 8601, `ttl` and `poll_interval` milliseconds."""

    task_id: str
    status: TaskStatus
    status_message: str | None = None
    created_at: Any
    last_updated_at: Any
    ttl: int | None = None
    poll_interval: int | None = None


class _TaskAsResult(Result):
    task_id: str
    status: TaskStatus
    status_message: str | None = None
    created_at: Any
    last_updated_at: Any
    ttl: int | None = None
    poll_interval: int | None = None


class CreateTaskResult(Result):
    """That a request became a task."""

    task: Task


class GetTaskRequestParams(RequestParams):
    """Which task is asked for."""

    task_id: str


class GetTaskRequest(Request):
    """A `tasks/get` request."""

    method: str = "tasks/get"
    params: GetTaskRequestParams


class GetTaskResult(_TaskAsResult):
    """How a task stands."""


class GetTaskPayloadRequestParams(RequestParams):
    """Which task's result is asked for."""

    task_id: str


class GetTaskPayloadRequest(Request):
    """A `tasks/result` request."""

    method: str = "tasks/result"
    params: GetTaskPayloadRequestParams


class GetTaskPayloadResult(Result):
    """The result of the request that became the task, as its own kind of result has it."""


class CancelTaskRequestParams(RequestParams):
    """Which task is cancelled."""

    task_id: str


class CancelTaskRequest(Request):
    """A `tasks/cancel` request."""

    method: str = "tasks/cancel"
    params: CancelTaskRequestParams


class CancelTaskResult(_TaskAsResult):
    """How the task stands that was cancelled."""


class ListTasksRequest(PaginatedRequest):
    """A `tasks/list` request."""

    method: str = "tasks/list"


class ListTasksResult(PaginatedResult):
    """The result of `tasks/list`."""

    tasks: list[Task]


class TaskStatusNotificationParams(NotificationParams):
    """A task and how it stands."""

    task_id: str
    status: TaskStatus
    status_message: str | None = None
    created_at: Any
    last_updated_at: Any
    ttl: int | None = None
    poll_interval: int | None = None


class TaskStatusNotification(Notification):
    """That a task stands differently."""

    method: str = "notifications/tasks/status"
    params: TaskStatusNotificationParams
