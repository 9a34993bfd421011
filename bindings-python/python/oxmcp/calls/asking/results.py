"""What comes of asking a user, by the names of both peers."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Generic, Literal, Union

from typing_extensions import TypeAliasType, TypeVar

T = TypeVar("T", default=Any)


@dataclass
class AcceptedElicitation(Generic[T]):
    """The user filled in the form."""

    data: T
    """What was asked for, in the type it was asked for."""
    content: dict[str, Any] | None = field(default=None, repr=False, compare=False)
    """The form as the client sent it."""
    action: Literal["accept"] = "accept"


@dataclass
class DeclinedElicitation:
    """The user said no."""

    action: Literal["decline"] = "decline"
    data: None = field(default=None, init=False, repr=False)
    content: None = field(default=None, init=False, repr=False)


@dataclass
class CancelledElicitation:
    """The user closed the question without an answer."""

    action: Literal["cancel"] = "cancel"
    data: None = field(default=None, init=False, repr=False)
    content: None = field(default=None, init=False, repr=False)


ElicitationResult = TypeAliasType(
    "ElicitationResult",
    Union[AcceptedElicitation[T], DeclinedElicitation, CancelledElicitation],
    type_params=(T,),
)
"""What `Context.elicit` gives: `action` says which of the three it is."""


@dataclass
class AcceptedUrlElicitation:
    """The user agreed to open the page. What happens there is not known yet."""

    action: Literal["accept"] = "accept"
    elicitation_id: str | None = field(default=None, compare=False)
    """The id to tell the client by that it is done."""


UrlElicitationResult = Union[AcceptedUrlElicitation, DeclinedElicitation, CancelledElicitation]
"""What `Context.elicit_url` gives."""
