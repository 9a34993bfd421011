"""Notifications as objects."""

from __future__ import annotations

from .wire_object import WireObject

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from typing_extensions import Self

    from .objects import LoggingLevel, ProgressToken, RequestId

__all__ = [
    "CancelledNotification",
    "CancelledNotificationParams",
    "InitializedNotification",
    "LoggingMessageNotification",
    "LoggingMessageNotificationParams",
    "Notification",
    "NotificationParams",
    "ProgressNotification",
    "ProgressNotificationParams",
    "PromptListChangedNotification",
    "ResourceListChangedNotification",
    "ResourceUpdatedNotification",
    "ResourceUpdatedNotificationParams",
    "RootsListChangedNotification",
    "ToolListChangedNotification",
]


class NotificationParams(WireObject):
    """What the parameters of every notification may carry."""

    meta: dict[str, Any] | None = None


class ProgressNotificationParams(WireObject):
    """How far a request has come."""

    progress_token: ProgressToken
    progress: float
    total: float | None = None
    message: str | None = None
    meta: dict[str, Any] | None = None


class LoggingMessageNotificationParams(WireObject):
    """A log message to the client."""

    level: LoggingLevel
    logger: str | None = None
    data: Any
    meta: dict[str, Any] | None = None


class CancelledNotificationParams(WireObject):
    """That a request is no longer wanted."""

    request_id: RequestId | None = None
    reason: str | None = None
    meta: dict[str, Any] | None = None


class ResourceUpdatedNotificationParams(WireObject):
    """That a resource changed."""

    uri: str
    meta: dict[str, Any] | None = None


class Notification(WireObject):
    """A notification: its method, and its parameters as an object."""

    method: str
    params: Any = None

    def __class_getitem__(cls, _parameters: Any) -> type[Self]:
        """The class itself: `Notification[Params, Method]` says what an author's own notification holds."""
        return cls


class CancelledNotification(Notification):
    """That a request is no longer wanted."""

    method: str = "notifications/cancelled"
    params: CancelledNotificationParams


class InitializedNotification(Notification):
    """That the handshake is over (legacy)."""

    method: str = "notifications/initialized"
    params: NotificationParams | None = None


class ProgressNotification(Notification):
    """How far a request has come."""

    method: str = "notifications/progress"
    params: ProgressNotificationParams


class LoggingMessageNotification(Notification):
    """A log message to the client."""

    method: str = "notifications/message"
    params: LoggingMessageNotificationParams


class ResourceUpdatedNotification(Notification):
    """That a resource changed."""

    method: str = "notifications/resources/updated"
    params: ResourceUpdatedNotificationParams


class ResourceListChangedNotification(Notification):
    """That the list of resources changed."""

    method: str = "notifications/resources/list_changed"
    params: NotificationParams | None = None


class ToolListChangedNotification(Notification):
    """That the list of tools changed."""

    method: str = "notifications/tools/list_changed"
    params: NotificationParams | None = None


class PromptListChangedNotification(Notification):
    """That the list of prompts changed."""

    method: str = "notifications/prompts/list_changed"
    params: NotificationParams | None = None


class RootsListChangedNotification(Notification):
    """That a client's list of roots changed."""

    method: str = "notifications/roots/list_changed"
    params: NotificationParams | None = None
