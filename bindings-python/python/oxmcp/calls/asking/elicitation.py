"""Asking the client's user: to fill in a form, or to open a page (ELI-*)."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

from ... import _native
from ...answers.encoding import encode
from ...arguments import forms
from ...errors import InvalidAnswer
from .questions import ELICIT, asked
from .results import (
    AcceptedElicitation,
    AcceptedUrlElicitation,
    CancelledElicitation,
    DeclinedElicitation,
    ElicitationResult,
    UrlElicitationResult,
)


async def elicit(
    call: _native.Call, message: str, form: forms.Form, timeout: float | None = None
) -> ElicitationResult[Any]:
    """Asks for a form to be filled in; see `Context.elicit`."""
    return outcome(form, await asked(call, ELICIT, form_params(message, form), timeout))


def form_params(message: str, form: forms.Form) -> str:
    """The params of a question by form, as JSON text."""
    return f'{{"message":{_text("message", message)},"requestedSchema":{form.text}}}'


def outcome(form: forms.Form, answer: dict[str, Any]) -> ElicitationResult[Any]:
    """A user's answer to a form.

    Raises:
        InvalidAnswer: it was accepted with content that does not fit the form, or it is none of the three.
    """
    action = answer.get("action")
    if action == "accept":
        content = answer.get("content")
        return AcceptedElicitation(form.read(content), content)
    return _refused(action)


async def elicit_url(
    call: _native.Call, message: str, url: str, elicitation_id: str | None = None, timeout: float | None = None
) -> UrlElicitationResult:
    """Asks for a page to be opened; see `Context.elicit_url`."""
    address = str(url)
    parts = urlsplit(address)
    if not parts.scheme or not (parts.netloc or parts.path):
        raise ValueError("elicit_url() takes an absolute URL, such as https://example.com/sign-in")
    id = elicitation_id or uuid4().hex
    params = (
        f'{{"mode":"url","message":{_text("message", message)},"url":{encode(address, "url")},'
        f'"elicitationId":{_text("elicitation_id", id)}}}'
    )
    answer = await asked(call, ELICIT, params, timeout)
    action = answer.get("action")
    return AcceptedUrlElicitation(elicitation_id=id) if action == "accept" else _refused(action)


def _refused(action: Any) -> DeclinedElicitation | CancelledElicitation:
    if action == "decline":
        return DeclinedElicitation()
    if action == "cancel":
        return CancelledElicitation()
    raise InvalidAnswer([("action", "must be accept, decline or cancel")])


def _text(name: str, value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{name} must be text, not {type(value).__name__}")
    return encode(value, name)
