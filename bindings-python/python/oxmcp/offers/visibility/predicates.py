"""What each caller may see, where functions of the author's say so request by request."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, Union

from ... import _native
from ...answers.encoding import encode
from ...calls.context import context_of

if TYPE_CHECKING:
    from ...calls.owner import Owner


class Visible(NamedTuple):
    """Something of which a predicate says whether the caller may see it."""

    component: _native.Kind
    """What it is: "tool", "prompt", "resource" or "resource_template"."""

    key: str
    """Its name, its URI or its template, before transforms; of a mounted server's with the namespace."""

    tags: frozenset[str]
    version: str | None


Predicate = Callable[[Visible, Any], Union[bool, Awaitable[bool]]]
"""Says of an item whether the caller, known by its Context, may see it."""


def target(
    predicates: Sequence[Predicate], server: Owner, error: Callable[[_native.Call, BaseException], None]
) -> _native.Target:
    """The engine's way to predicates, all of which have to say yes."""

    async def judge(call: _native.Call) -> list[str]:
        context = context_of(call, server)
        asked = call.arguments_object()
        visible: list[str] = []
        for key, tags, version in zip(asked["keys"], asked["tags"], asked["versions"], strict=True):
            item = Visible(asked["kind"], key, frozenset(tags), version)
            for predicate in predicates:
                said = predicate(item, context)
                if not (await said if inspect.isawaitable(said) else said):
                    break
            else:
                visible.append(key)
        return visible

    return _native.Target(judge, is_async=True, bind=lambda call: {"call": call}, result=_send, error=error)


def _send(call: _native.Call, visible: list[str]) -> None:
    call.complete_whole(encode({"visible": visible}, "what may be seen"))
