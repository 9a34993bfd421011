"""The protocol's objects by the names of the specification.

Every class takes its fields by snake_case and by the wire's camelCase, reads under both, keeps fields it does not know,
and compares by value. `to_dict()` is the wire form; `model_dump`, `model_dump_json`, `model_validate` and `model_copy`
are there under the names people know.

What every server needs is in `objects`, `content` and `capabilities`; the rest is imported when it is first asked for.
"""

from __future__ import annotations

from . import content, objects
from .capabilities import *  # noqa: F403
from .content import *  # noqa: F403
from .objects import *  # noqa: F403

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .elicitation import *  # noqa: F403
    from .input_required import *  # noqa: F403
    from .jsonrpc import *  # noqa: F403
    from .notifications import *  # noqa: F403
    from .requests import *  # noqa: F403
    from .sampling import *  # noqa: F403
    from .subscriptions import *  # noqa: F403
    from .tasks import *  # noqa: F403
    from .unions import *  # noqa: F403

_HOMES = {
    "requests": "CallToolRequest CallToolRequestParams CompleteRequest CompleteRequestParams DiscoverRequest "
    "GetPromptRequest GetPromptRequestParams InitializeRequest InitializeRequestParams ListPromptsRequest "
    "ListResourceTemplatesRequest ListResourcesRequest ListToolsRequest PaginatedRequest "
    "PaginatedRequestParams PingRequest ReadResourceRequest ReadResourceRequestParams Request "
    "RequestParams RequestParamsMeta SetLevelRequest SetLevelRequestParams SubscribeRequest "
    "SubscribeRequestParams UnsubscribeRequest UnsubscribeRequestParams",
    "notifications": "CancelledNotification CancelledNotificationParams InitializedNotification LoggingMessageNotification "
    "LoggingMessageNotificationParams Notification NotificationParams ProgressNotification "
    "ProgressNotificationParams PromptListChangedNotification ResourceListChangedNotification "
    "ResourceUpdatedNotification ResourceUpdatedNotificationParams RootsListChangedNotification "
    "ToolListChangedNotification",
    "sampling": "CreateMessageRequest CreateMessageRequestParams CreateMessageResult CreateMessageResultWithTools "
    "IncludeContext ModelHint ModelPreferences SamplingContent SamplingMessage SamplingMessageContentBlock SamplingRole "
    "StopReason ToolChoice ToolResultContent ToolUseContent",
    "elicitation": "ElicitCompleteNotification ElicitCompleteNotificationParams ElicitRequest ElicitRequestFormParams "
    "ElicitRequestParams ElicitRequestURLParams ElicitRequestedSchema ElicitResult "
    "ElicitationRequiredErrorData",
    "input_required": "InputRequest InputRequests InputRequiredResult InputResponse InputResponseRequestParams InputResponses "
    "ListRootsRequest MissingRequiredClientCapabilityErrorData UnsupportedProtocolVersionErrorData",
    "tasks": "TASK_FORBIDDEN TASK_OPTIONAL TASK_REQUIRED TASK_STATUS_CANCELLED TASK_STATUS_COMPLETED TASK_STATUS_FAILED "
    "TASK_STATUS_INPUT_REQUIRED TASK_STATUS_WORKING CancelTaskRequest CancelTaskRequestParams CancelTaskResult "
    "ClientTasksCapability ClientTasksRequestsCapability CreateTaskResult GetTaskPayloadRequest "
    "GetTaskPayloadRequestParams GetTaskPayloadResult GetTaskRequest GetTaskRequestParams GetTaskResult "
    "ListTasksRequest ListTasksResult RelatedTaskMetadata ServerTasksCapability ServerTasksRequestsCapability "
    "Task TaskExecutionMode TaskMetadata TaskStatus TaskStatusNotification TaskStatusNotificationParams "
    "TasksCallCapability TasksCancelCapability TasksCreateElicitationCapability TasksCreateMessageCapability "
    "TasksElicitationCapability TasksListCapability TasksSamplingCapability TasksToolsCapability",
    "subscriptions": "SubscriptionFilter SubscriptionsAcknowledgedNotification SubscriptionsAcknowledgedNotificationParams "
    "SubscriptionsListenRequest SubscriptionsListenRequestParams SubscriptionsListenResult",
    "jsonrpc": "CONNECTION_CLOSED JSONRPC_VERSION REQUEST_TIMEOUT JSONRPCError JSONRPCMessage JSONRPCNotification "
    "JSONRPCRequest JSONRPCResponse jsonrpc_message_adapter",
    "unions": "ClientNotification ClientNotificationType ClientRequest ClientRequestType ClientResult ClientResultType "
    "ServerNotification ServerNotificationType ServerRequest ServerRequestType ServerResult ServerResultType "
    "client_notification_adapter client_request_adapter client_result_adapter server_notification_adapter "
    "server_request_adapter server_result_adapter",
}
_MODULE_OF = {name: module for module, names in _HOMES.items() for name in names.split()}


def __getattr__(name: str) -> Any:
    if name in _MODULE_OF:
        from importlib import import_module

        value = getattr(import_module(f"{__name__}.{_MODULE_OF[name]}"), name)
    elif name in ("AnyUrl", "FileUrl"):
        import pydantic

        value = getattr(pydantic, name)
    else:
        try:
            value = getattr(content if name in content.ALIASES else objects, name)
        except AttributeError:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}") from None
    globals()[name] = value
    return value
