"""Asking the client's user, at the path that both other packages have for it."""

from __future__ import annotations

from typing import Any

from ..arguments import forms
from ..calls.asking.elicitation import outcome
from ..calls.asking.results import (
    AcceptedElicitation,
    AcceptedUrlElicitation,
    CancelledElicitation,
    DeclinedElicitation,
    ElicitationResult,
    UrlElicitationResult,
)
from ..later.names import names

__all__ = [
    "AcceptedElicitation",
    "AcceptedUrlElicitation",
    "CancelledElicitation",
    "DeclinedElicitation",
    "ElicitationResult",
    "UrlElicitationResult",
    "elicit_url",
    "elicit_with_validation",
    "get_elicitation_schema",
    "render_elicitation_schema",
]


async def elicit_with_validation(
    session: Any, message: str, schema: Any, related_request_id: object = None
) -> ElicitationResult[Any]:
    """`Context.elicit`, for code that has a session in hand."""
    form = forms.form(schema)
    answer = await session.elicit_form(message, form.schema)
    return outcome(form, answer.to_dict())


async def elicit_url(
    session: Any, message: str, url: str, elicitation_id: str, related_request_id: object = None
) -> UrlElicitationResult:
    """`Context.elicit_url`, for code that has a session in hand."""
    result: UrlElicitationResult = await session._context.elicit_url(message, url, elicitation_id)
    return result


def render_elicitation_schema(schema: Any) -> dict[str, Any]:
    """The JSON Schema that a client is sent for a type.

    Raises:
        TypeError: the type cannot be asked for; the text names the field.
    """
    return forms.form(schema).schema


get_elicitation_schema = render_elicitation_schema

__getattr__ = names(__name__)
