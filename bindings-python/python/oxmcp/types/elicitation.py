"""What a server asks a client's user, and what comes back (`elicitation/create`)."""

from __future__ import annotations

from typing import Any, Literal, Union

from .notifications import Notification, NotificationParams
from .objects import Result
from .requests import Request, RequestParams
from .wire_object import WireObject, union

__all__ = [
    "ElicitCompleteNotification",
    "ElicitCompleteNotificationParams",
    "ElicitRequest",
    "ElicitRequestFormParams",
    "ElicitRequestParams",
    "ElicitRequestURLParams",
    "ElicitRequestedSchema",
    "ElicitResult",
    "ElicitationRequiredErrorData",
]

ElicitRequestedSchema = dict[str, Any]
"""The JSON Schema of a form: an object whose members are scalars, or lists of choices."""


class ElicitRequestFormParams(RequestParams):
    """Asks for a form to be filled in."""

    mode: Literal["form"] = "form"
    message: str
    requested_schema: dict[str, Any]


class ElicitRequestURLParams(RequestParams):
    """Asks for a page to be visited (from 2025-11-25)."""

    mode: Literal["url"] = "url"
    message: str
    url: str
    elicitation_id: str | None = None


ElicitRequestParams = Union[ElicitRequestURLParams, ElicitRequestFormParams]


def _read_params(value: Any) -> Any:
    mode = value.get("mode") if isinstance(value, dict) else getattr(value, "mode", None)
    return (ElicitRequestURLParams if mode == "url" else ElicitRequestFormParams)._read(value)


union("ElicitRequestParams", _read_params)


class ElicitRequest(Request):
    """An `elicitation/create` request."""

    method: str = "elicitation/create"
    params: ElicitRequestParams


class ElicitResult(Result):
    """What the user did, and the form's content where it was accepted."""

    action: Literal["accept", "decline", "cancel"]
    content: dict[str, Any] | None = None


class ElicitCompleteNotificationParams(NotificationParams):
    """Which visit is over."""

    elicitation_id: str


class ElicitCompleteNotification(Notification):
    """That what was asked for on a page is done (from 2025-11-25)."""

    method: str = "notifications/elicitation/complete"
    params: ElicitCompleteNotificationParams


class ElicitationRequiredErrorData(WireObject):
    """What has to be visited before a request can succeed: the data of error -32042."""

    elicitations: list[ElicitRequestURLParams]
