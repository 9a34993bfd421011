"""Listening for changes, as 2026-07-28 has it (`subscriptions/listen`)."""

from __future__ import annotations

from .notifications import Notification, NotificationParams
from .objects import Result
from .requests import Request, RequestParams
from .wire_object import WireObject

__all__ = [
    "SubscriptionFilter",
    "SubscriptionsAcknowledgedNotification",
    "SubscriptionsAcknowledgedNotificationParams",
    "SubscriptionsListenRequest",
    "SubscriptionsListenRequestParams",
    "SubscriptionsListenResult",
]


class SubscriptionFilter(WireObject):
    """Which changes a client wants to be told of; only these are sent."""

    tools_list_changed: bool | None = None
    prompts_list_changed: bool | None = None
    resources_list_changed: bool | None = None
    resource_subscriptions: list[str] | None = None


class SubscriptionsListenRequestParams(RequestParams):
    """The parameters of `subscriptions/listen`."""

    notifications: SubscriptionFilter


class SubscriptionsListenRequest(Request):
    """A `subscriptions/listen` request."""

    method: str = "subscriptions/listen"
    params: SubscriptionsListenRequestParams


class SubscriptionsListenResult(Result):
    """That a subscription is over."""


class SubscriptionsAcknowledgedNotificationParams(NotificationParams):
    """Which changes will be told."""

    notifications: SubscriptionFilter


class SubscriptionsAcknowledgedNotification(Notification):
    """That the server listens from here on."""

    method: str = "notifications/subscriptions/acknowledged"
    params: SubscriptionsAcknowledgedNotificationParams
