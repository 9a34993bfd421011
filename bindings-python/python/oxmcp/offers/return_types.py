"""What a return annotation promises: structured content of some type, or nothing, so that the value decides."""

from __future__ import annotations

import typing
from collections import abc
from collections.abc import Callable, Mapping
from typing import Any

from ..answers import content
from ..answers.declared import Given, Plain, Returned, Typed
from ..answers.peers import is_named
from ..answers.results import UNSET, ResultPlan
from ..arguments import schemas, signatures
from ..arguments.awaitables import settled
from ..arguments.signatures import EMPTY
from ..errors import InvalidDescriptorError, logger

_GENERATORS = {abc.Iterator, abc.Generator, abc.AsyncIterator, abc.AsyncGenerator, abc.AsyncIterable}
_BYTES = {bytes, bytearray, memoryview}
_BARE = {list, tuple, abc.Sequence, abc.Iterable, abc.Collection}


def plan(
    function: Callable[..., Any],
    *,
    output_schema: Any = UNSET,
    structured_output: bool | None = None,
    returns: Any = UNSET,
) -> ResultPlan:
    """Plans how the results of a function are sent.

    `output_schema`: left out, it comes from the return annotation; a dict is used as given; None promises nothing
    (objects are still structured). `structured_output`: True insists on a schema, False sends content only. `returns` is
    the return annotation as `signatures` resolves it, from whoever has read it already.

    Raises InvalidDescriptorError when a schema is insisted on and there is none.
    """
    if structured_output is False:
        return ResultPlan(structures=False)
    if output_schema is None:
        return ResultPlan()
    if output_schema is not UNSET:
        if not isinstance(output_schema, (dict, Mapping)):
            raise InvalidDescriptorError(f"{signatures.name_of(function)}: output_schema is a dict or None")
        return ResultPlan(Given(dict(output_schema)))
    name = signatures.name_of(function)
    if returns is UNSET:
        returns = signatures.read(function).returns
    if isinstance(returns, signatures.Unresolved):
        # Often a name imported for type checkers only: the function works, but nothing can be promised of its results.
        if structured_output:
            raise InvalidDescriptorError(returns.problem)
        logger.warning("%s; its results are sent without a schema", returns.problem)
        return ResultPlan()
    annotation = promised(returns)
    if annotation is EMPTY or (structured_output is None and is_bytes(annotation)):
        if structured_output:
            raise InvalidDescriptorError(f"{name}: structured_output=True needs a return type that has a schema")
        return ResultPlan()

    def returned() -> Returned:
        from ..arguments.by_pydantic.returned import Returned as OfType

        return OfType(name, annotation)

    found = schemas.plain(annotation)
    if found is not None and not found.constrained:
        return ResultPlan(Plain(found.schema, returned))
    try:
        return ResultPlan(Typed(returned()))
    except (InvalidDescriptorError, ImportError):
        if structured_output:
            raise
        return ResultPlan()  # a class of the author's that no library knows: the value decides


def promised(annotation: Any) -> Any:
    """The type that structured content is promised to have; EMPTY when nothing is promised and the value decides."""
    annotation = _without_questions(settled(annotation))
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    if annotation in (EMPTY, Any, object, None, type(None)):
        return EMPTY
    if origin is typing.Annotated:
        if _is_whole_result(arguments[0]):  # Annotated[CallToolResult, Model] promises Model
            models = [item for item in arguments[1:] if isinstance(item, type) or typing.get_origin(item)]
            return promised(models[0]) if models else EMPTY
        return EMPTY if promised(arguments[0]) is EMPTY else annotation
    if origin in _GENERATORS:
        item = arguments[0]
        return EMPTY if _holds_anything(item) else list[item]  # type: ignore[valid-type]
    if annotation in _GENERATORS or annotation in _BARE:
        return EMPTY
    if origin in _BARE and all(argument in (Any, object, Ellipsis) for argument in arguments):
        return EMPTY  # may hold content
    return EMPTY if _mentions_content(annotation) else annotation


def _without_questions(annotation: Any) -> Any:
    """The type of what is returned at last: a result that asks for input is no result of that type."""
    if typing.get_origin(annotation) not in schemas.UNIONS:
        return EMPTY if _asks(annotation) else annotation
    members = typing.get_args(annotation)
    left = tuple(member for member in members if not _asks(member))
    return annotation if len(left) == len(members) else typing.Union[left] if left else EMPTY


def _asks(annotation: Any) -> bool:
    return isinstance(annotation, type) and is_named(annotation, "InputRequiredResult")


def _holds_anything(item: Any) -> bool:
    return item in (Any, object) or _mentions_content(item)


def _mentions_content(annotation: Any) -> bool:
    if _is_whole_result(annotation) or content.is_content_class(annotation):
        return True
    if typing.get_origin(annotation) is typing.Literal:
        return False
    if type(annotation).__name__ == "TypeAliasType":
        try:
            return _mentions_content(annotation.__value__)
        except RecursionError:
            return False
    return any(_mentions_content(argument) for argument in typing.get_args(annotation) if argument is not Ellipsis)


def _is_whole_result(annotation: Any) -> bool:
    return isinstance(annotation, type) and any(
        base.__name__ in ("CallToolResult", "ToolResult") for base in annotation.__mro__
    )


def is_bytes(annotation: Any) -> bool:
    """Whether values are bytes, or may be among text: what the content says by itself."""
    members = _members(annotation)
    return members <= {str, type(None), *_BYTES} and not members.isdisjoint(_BYTES)


def _members(annotation: Any) -> set[Any]:
    """The types of a union, or the one type that there is."""
    if typing.get_origin(annotation) is typing.Annotated:
        return _members(typing.get_args(annotation)[0])
    if typing.get_origin(annotation) in schemas.UNIONS:
        return set().union(*map(_members, typing.get_args(annotation)))
    return {str, bytes} if annotation is typing.AnyStr else {annotation}
