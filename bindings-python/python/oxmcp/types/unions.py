"""Any request, notification or result of one side: classes whose `root` is the one it is."""

from __future__ import annotations

from typing import Union

from .elicitation import ElicitCompleteNotification, ElicitRequest, ElicitResult
from .input_required import InputRequiredResult, ListRootsRequest
from .notifications import (
    CancelledNotification,
    InitializedNotification,
    LoggingMessageNotification,
    ProgressNotification,
    PromptListChangedNotification,
    ResourceListChangedNotification,
    ResourceUpdatedNotification,
    RootsListChangedNotification,
    ToolListChangedNotification,
)
from .objects import (
    CallToolResult,
    CompleteResult,
    DiscoverResult,
    EmptyResult,
    GetPromptResult,
    InitializeResult,
    ListPromptsResult,
    ListResourcesResult,
    ListResourceTemplatesResult,
    ListRootsResult,
    ListToolsResult,
    ReadResourceResult,
)
from .one_of import OneOf
from .requests import (
    CallToolRequest,
    CompleteRequest,
    DiscoverRequest,
    GetPromptRequest,
    InitializeRequest,
    ListPromptsRequest,
    ListResourcesRequest,
    ListResourceTemplatesRequest,
    ListToolsRequest,
    PingRequest,
    ReadResourceRequest,
    SetLevelRequest,
    SubscribeRequest,
    UnsubscribeRequest,
)
from .sampling import CreateMessageRequest, CreateMessageResult, CreateMessageResultWithTools
from .subscriptions import (
    SubscriptionsAcknowledgedNotification,
    SubscriptionsListenRequest,
    SubscriptionsListenResult,
)
from .tasks import (
    CancelTaskRequest,
    CancelTaskResult,
    CreateTaskResult,
    GetTaskPayloadRequest,
    GetTaskPayloadResult,
    GetTaskRequest,
    GetTaskResult,
    ListTasksRequest,
    ListTasksResult,
    TaskStatusNotification,
)

__all__ = [
    "ClientNotification",
    "ClientNotificationType",
    "ClientRequest",
    "ClientRequestType",
    "ClientResult",
    "ClientResultType",
    "ServerNotification",
    "ServerNotificationType",
    "ServerRequest",
    "ServerRequestType",
    "ServerResult",
    "ServerResultType",
    "client_notification_adapter",
    "client_request_adapter",
    "client_result_adapter",
    "server_notification_adapter",
    "server_request_adapter",
    "server_result_adapter",
]

_TASK_REQUESTS = (GetTaskRequest, GetTaskPayloadRequest, ListTasksRequest, CancelTaskRequest)
_TASK_RESULTS = (CreateTaskResult, GetTaskResult, CancelTaskResult, ListTasksResult)


class ClientRequest(OneOf):
    """Any request a client sends."""

    members = (
        PingRequest,
        InitializeRequest,
        CompleteRequest,
        SetLevelRequest,
        GetPromptRequest,
        ListPromptsRequest,
        ListResourcesRequest,
        ListResourceTemplatesRequest,
        ReadResourceRequest,
        SubscribeRequest,
        UnsubscribeRequest,
        CallToolRequest,
        ListToolsRequest,
        DiscoverRequest,
        SubscriptionsListenRequest,
        *_TASK_REQUESTS,
    )


class ClientNotification(OneOf):
    """Any notification a client sends."""

    members = (
        CancelledNotification,
        ProgressNotification,
        InitializedNotification,
        RootsListChangedNotification,
        TaskStatusNotification,
    )


class ClientResult(OneOf):
    """Any result a client sends."""

    members = (
        CreateMessageResult,
        CreateMessageResultWithTools,
        ListRootsResult,
        ElicitResult,
        *_TASK_RESULTS,
        EmptyResult,
        GetTaskPayloadResult,
    )


class ServerRequest(OneOf):
    """Any request a server sends."""

    members = (PingRequest, CreateMessageRequest, ListRootsRequest, ElicitRequest, *_TASK_REQUESTS)


class ServerNotification(OneOf):
    """Any notification a server sends."""

    members = (
        CancelledNotification,
        ProgressNotification,
        LoggingMessageNotification,
        ResourceUpdatedNotification,
        ResourceListChangedNotification,
        ToolListChangedNotification,
        PromptListChangedNotification,
        ElicitCompleteNotification,
        SubscriptionsAcknowledgedNotification,
        TaskStatusNotification,
    )


class ServerResult(OneOf):
    """Any result a server sends."""

    members = (
        InitializeResult,
        DiscoverResult,
        CompleteResult,
        GetPromptResult,
        ListPromptsResult,
        ListResourcesResult,
        ListResourceTemplatesResult,
        ReadResourceResult,
        ListToolsResult,
        InputRequiredResult,
        CallToolResult,
        *_TASK_RESULTS,
        EmptyResult,
        SubscriptionsListenResult,
        GetTaskPayloadResult,
    )


ClientRequestType = Union[ClientRequest.members]  # type: ignore[valid-type]
ClientNotificationType = Union[ClientNotification.members]  # type: ignore[valid-type]
ClientResultType = Union[ClientResult.members]  # type: ignore[valid-type]
ServerRequestType = Union[ServerRequest.members]  # type: ignore[valid-type]
ServerNotificationType = Union[ServerNotification.members]  # type: ignore[valid-type]
ServerResultType = Union[ServerResult.members]  # type: ignore[valid-type]

client_request_adapter = ClientRequest.adapter()
client_notification_adapter = ClientNotification.adapter()
client_result_adapter = ClientResult.adapter()
server_request_adapter = ServerRequest.adapter()
server_notification_adapter = ServerNotification.adapter()
server_result_adapter = ServerResult.adapter()
