"""Parameters that functions fill, which may ask the client: `Annotated[Login, Resolve(ask_login)]`.

A resolver takes the call's arguments by name, the Context, and what other resolvers give. It returns the value, or what is to
be asked: `Elicit(…)`, `Sample(…)`, `ListRoots()`. Each runs once in a call, in the order of the parameters; what they ask that
does not depend on an answer is asked at once.
"""

from __future__ import annotations

import asyncio
import functools
import inspect
import typing
from collections.abc import Callable, Hashable, Mapping
from typing import Any, NamedTuple

from ... import types
from ...arguments import injection, schemas, signatures
from ...arguments.plan import ParameterPlan
from ...engine.threads import in_worker
from ...errors import InvalidSignature, ToolError
from ..context import Context, get_context
from . import sampling
from .markers import Elicit, ListRoots, Sample
from .questions import LIST_ROOTS, asked
from .results import AcceptedElicitation, CancelledElicitation, DeclinedElicitation

_OUTCOMES = (AcceptedElicitation, DeclinedElicitation, CancelledElicitation)


class _Resolver(NamedTuple):
    function: Callable[..., Any]
    is_async: bool
    context_names: tuple[str, ...]
    arguments: tuple[str, ...]
    """Its parameters that are arguments of the call."""
    nested: dict[str, tuple[Hashable, bool]]
    """Its parameters that other resolvers give; whether each wants the outcome and not the value."""


class _Wanted(NamedTuple):
    resolvers: dict[Hashable, _Resolver]
    parameters: dict[str, tuple[Hashable, bool]]
    """The parameters of the function and what fills each; whether it wants the outcome and not the value."""


def check(plan: ParameterPlan) -> None:
    """Looks at all that would be looked at when the function is called.

    Raises:
        InvalidSignature: a resolver's parameter is nothing that it could be given, or resolvers need one another.
    """
    _wanted(plan)


def supplied(function: Callable[..., Any], is_async: bool, plan: ParameterPlan) -> Callable[..., Any]:
    """`function` as a coroutine function whose resolved parameters are filled on every call."""
    known, wanted = _wanted(plan)
    defaults = {one.name: one.default for one in signatures.read(plan.function).parameters}

    @functools.wraps(function)
    async def call(**arguments: Any) -> Any:
        given = {name: value for name, value in defaults.items() if value is not signatures.EMPTY} | arguments
        outcomes = await _outcomes(known, given)
        arguments.update((name, _taken(outcomes[key], whole, name)) for name, (key, whole) in wanted.items())
        value = await (function(**arguments) if is_async else in_worker(function, **arguments))
        return await value if inspect.isawaitable(value) else value

    return call


def _wanted(plan: ParameterPlan) -> _Wanted:
    known: dict[Hashable, _Resolver] = {}
    wanted = {}
    for name, annotation in plan.resolved.items():
        mark = injection.resolver(annotation)
        if mark is not None:
            wanted[name] = (_read(mark.fn, plan, known, ()), _wants_outcome(annotation))
    return _Wanted(known, wanted)


def _read(
    function: Callable[..., Any], plan: ParameterPlan, known: dict[Hashable, _Resolver], above: tuple[Hashable, ...]
) -> Hashable:
    """Puts a resolver and those it needs into `known`, these first; returns its key."""
    key = _key(function)
    name = signatures.name_of(function)
    if key in above:
        raise InvalidSignature(f"{plan.name}: the resolver {name} needs itself")
    if key in known:
        return key
    nested: dict[str, tuple[Hashable, bool]] = {}
    arguments, contexts = [], []
    for parameter in signatures.read(function).parameters:
        annotation = parameter.annotation
        if injection.is_context(annotation):
            contexts.append(parameter.name)
        elif (found := injection.resolver(annotation)) is not None:
            nested[parameter.name] = (_read(found.fn, plan, known, (*above, key)), _wants_outcome(annotation))
        elif any(one.name == parameter.name for one in plan.arguments):
            arguments.append(parameter.name)
        elif parameter.default is signatures.EMPTY:
            raise InvalidSignature(
                f"{plan.name}: the resolver {name} cannot be given {parameter.name!r}: a parameter of a resolver is the"
                " Context, marked with Resolve, or an argument by its name"
            )
    is_async = inspect.iscoroutinefunction(function) or inspect.iscoroutinefunction(getattr(function, "__call__", None))
    known[key] = _Resolver(function, is_async, tuple(contexts), tuple(arguments), nested)
    return key


def _key(function: Callable[..., Any]) -> Hashable:
    """What tells a resolver from others: a method is made anew whenever it is looked up."""
    owner = getattr(function, "__self__", None)
    return id(function) if owner is None else (getattr(function, "__func__", function.__name__), id(owner))


def _wants_outcome(annotation: Any) -> bool:
    """Whether a parameter takes a refusal too: `Annotated[ElicitationResult[T], Resolve(…)]`."""
    inner = typing.get_args(annotation)[0]
    alias = getattr(inner, "__value__", None) or getattr(typing.get_origin(inner), "__value__", None)
    inner = inner if alias is None else alias
    members = typing.get_args(inner) if typing.get_origin(inner) in schemas.UNIONS else (inner,)
    return any((typing.get_origin(member) or member) in _OUTCOMES for member in members)


async def _outcomes(known: Mapping[Hashable, _Resolver], arguments: Mapping[str, Any]) -> dict[Hashable, Any]:
    context = get_context()
    outcomes: dict[Hashable, Any] = {}
    while len(outcomes) < len(known):
        questions: dict[Hashable, Any] = {}
        for key, one in known.items():
            if key in outcomes or any(needed not in outcomes for needed, _ in one.nested.values()):
                continue
            given = {name: arguments[name] for name in one.arguments if name in arguments}
            given.update(dict.fromkeys(one.context_names, context))
            given.update((name, _taken(outcomes[needed], whole, name)) for name, (needed, whole) in one.nested.items())
            value = one.function(**given) if one.is_async else await in_worker(one.function, **given)
            value = await value if inspect.isawaitable(value) else value
            if isinstance(value, (Elicit, Sample, ListRoots)):
                questions[key] = value
            else:
                outcomes[key] = AcceptedElicitation(value)
        outcomes.update(zip(questions, await _asked(context, list(questions.values()))))
    return outcomes


async def _asked(context: Context[Any, Any, Any], questions: list[Any]) -> list[Any]:
    """Asks everything at once; when one has no answer, nobody waits for the others any more."""
    waiting = [asyncio.ensure_future(_ask(context, question)) for question in questions]
    try:
        return await asyncio.gather(*waiting)
    except BaseException:
        for one in waiting:
            one.cancel()
        raise


async def _ask(context: Context[Any, Any, Any], question: Elicit[Any] | Sample | ListRoots) -> Any:
    if isinstance(question, Elicit):
        return await context.elicit(question.message, question.schema)
    if isinstance(question, Sample):
        return AcceptedElicitation(await sampling.create_message(context._call, question.wire))
    return AcceptedElicitation(types.ListRootsResult(**await asked(context._call, LIST_ROOTS, "{}")))


def _taken(outcome: Any, whole: bool, name: str) -> Any:
    """What a parameter is given.

    Raises:
        ToolError: the user refused, and it takes no refusal.
    """
    if whole:
        return outcome
    if isinstance(outcome, AcceptedElicitation):
        return outcome.data
    raise ToolError(
        f"{name} is not known: the user {'declined' if outcome.action == 'decline' else 'cancelled'} the question for it"
    )
