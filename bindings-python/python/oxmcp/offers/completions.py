"""Completions: suggestions for the arguments of prompts and the variables of resource templates."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from .. import _native, types
from ..arguments.parameters import context_names
from ..calls import functions
from ..calls.context import context_of

if TYPE_CHECKING:
    from ..calls.owner import Owner


def question(
    call: _native.Call,
) -> tuple[types.PromptReference | types.ResourceTemplateReference, types.CompletionArgument, types.CompletionContext]:
    """What a call asks: whose argument, its name and what was typed so far, and what was settled before (CMP-4)."""
    asked = call.arguments_object()
    argument = asked["argument"]
    if isinstance(argument, str):
        argument = {"name": argument, "value": asked.get("value", "")}
    context = asked.get("context") or {}
    if "arguments" not in context:
        context = {"arguments": context}
    return reference(asked["ref"]), types.CompletionArgument(**argument), types.CompletionContext(**context)


def reference(ref: Mapping[str, Any]) -> types.PromptReference | types.ResourceTemplateReference:
    """A reference as an object of its kind."""
    return types.PromptReference(**ref) if ref.get("type") == "ref/prompt" else types.ResourceTemplateReference(**ref)


def suggestions(value: Any) -> tuple[list[str], int | None, bool | None]:
    """What a handler returned: a `Completion`, a dict, a list of texts or None; at most 100 are sent (CMP-2).

    Raises:
        TypeError: it is none of these.
    """
    if value is None:
        return [], None, None
    if isinstance(value, Mapping):
        value = types.Completion(**value)
    if hasattr(value, "completion"):
        value = value.completion
    if isinstance(value, (list, tuple, set, frozenset)):
        total = len(value)
        return [str(item) for item in value][:100], total if total > 100 else None, True if total > 100 else None
    if not hasattr(value, "values") or callable(value.values):
        raise TypeError(f"A completion handler returns a Completion, a list or None, not {type(value).__name__}")
    more = getattr(value, "has_more", None)
    more = getattr(value, "hasMore", None) if more is None else more
    values = [str(item) for item in value.values]
    if len(values) > 100:
        return values[:100], value.total or len(values), True
    return values, value.total, more


def complete(call: _native.Call, value: Any) -> None:
    """Completes a call with what a handler returned."""
    call.complete_completion(*suggestions(value))


def target(
    function: Callable[..., Any],
    server: Owner | None,
    error: Callable[[_native.Call, BaseException], None],
) -> _native.Target:
    """The engine's way to a completion handler, which takes as many of (ref, argument, context) as it has parameters;
    and the call's Context where a parameter is annotated with it."""
    injected = context_names(function)
    takes = [
        name
        for name, parameter in inspect.signature(function).parameters.items()
        if name not in injected and parameter.kind is not parameter.VAR_KEYWORD
    ]

    def bound(call: _native.Call, contexts: dict[str, Any]) -> dict[str, Any]:
        return {**dict(zip(takes, question(call))), **contexts}

    def bind(call: _native.Call) -> dict[str, Any]:
        return bound(call, {name: context_of(call, server) for name in injected})

    called = functions.gathered(function)
    if server is not None and not server.run_in_thread:
        called = functions.on_loop(called)
    if server is not None and (around := server.middleware.around("completion/complete")):
        from ..calls.middleware import targets

        handling = targets.Handling(called, bound, injected, functions.is_async(called), complete, error)
        return targets.target(around, handling, server)
    return _native.Target(called, is_async=functions.is_async(called), bind=bind, result=complete, error=error)
