"""What is to be asked, as a value: what resolvers return, and what `InputRequired` holds."""

from __future__ import annotations

from typing import Any, Generic, TypeVar

from ... import _native, types
from ...arguments import forms
from ...types.wire_object import to_plain
from . import elicitation, sampling
from .questions import ELICIT, LIST_ROOTS, SAMPLE

T = TypeVar("T")


class Elicit(Generic[T]):
    """What a resolver returns to ask the user: a message, and what is wanted, as for `Context.elicit`."""

    def __init__(self, message: str, schema: type[T] | Any) -> None:
        self.message = message
        self.schema = schema


class Sample:
    """What a resolver returns to ask the client's model; the options are those of `session.create_message`. The parameter gets
    the `CreateMessageResult`, with tools a `CreateMessageResultWithTools`.

    Raises:
        ValueError: results of tools do not belong to the calls before them.
    """

    def __init__(self, messages: Any, *, max_tokens: int, **options: Any) -> None:
        self.wire = sampling.message_params(messages, max_tokens=max_tokens, **options)
        """The question's params, as the protocol has them."""

    @property
    def params(self) -> types.CreateMessageRequestParams:
        """The same as an object."""
        return types.CreateMessageRequestParams(**self.wire)


class ListRoots:
    """What a resolver returns to ask for the client's roots. The parameter gets the `ListRootsResult`."""


def request_of(asked: Any) -> Any:
    """What is asked as a request of the protocol's; a request as it is.

    Raises:
        TypeError: it is neither, or a form for it cannot be.
    """
    if isinstance(asked, Elicit):
        params = _native.loads(elicitation.form_params(asked.message, forms.form(asked.schema)))
        return {"method": ELICIT, "params": params}
    if isinstance(asked, Sample):
        return {"method": SAMPLE, "params": asked.wire}
    if isinstance(asked, ListRoots):
        return {"method": LIST_ROOTS, "params": {}}
    plain = to_plain(asked)
    if not isinstance(plain, dict) or "method" not in plain:
        raise TypeError(f"what is asked is an Elicit, a Sample, a ListRoots or a request, not {type(asked).__name__}")
    return plain
