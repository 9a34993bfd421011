"""Which parameters somebody else supplies: the Context, and dependencies. No caller sees or sets them.

The classes are looked up among the modules already imported: before that, nobody can have
written them into a signature.
"""

from __future__ import annotations

import sys
import typing
from collections.abc import Callable
from typing import Any

from . import schemas, signatures
from .signatures import Parameter, UnresolvedContext


def context_names(function: Callable[..., Any], context_type: type | None = None) -> tuple[str, ...]:
    """The parameters of a function that are annotated as Context, in any of the ways people write that."""
    return tuple(
        parameter.name
        for parameter in signatures.read(function).parameters
        if is_context(parameter.annotation, context_type)
    )


def is_context(annotation: Any, context_type: type | None = None) -> bool:
    """Whether an annotation says Context, in any of the ways people write that."""
    if annotation is UnresolvedContext:
        return True
    if context_type is None:
        module = sys.modules.get("oxmcp.context")
        context_type = getattr(module, "Context", None)
        if context_type is None:
            return False
    origin = typing.get_origin(annotation)
    if origin is typing.Annotated:
        return is_context(annotation.__origin__, context_type)
    if origin in schemas.UNIONS:
        members = [member for member in typing.get_args(annotation) if member is not type(None)]
        return len(members) == 1 and is_context(members[0], context_type)
    found = origin or annotation
    return isinstance(found, type) and issubclass(found, context_type)


def dependency(parameter: Parameter) -> Any:
    """The dependency that fills a parameter, or None."""
    module = sys.modules.get("oxmcp.dependencies")
    kind = getattr(module, "Dependency", None)
    if kind is None:
        return None
    marks = (parameter.default, *getattr(parameter.annotation, "__metadata__", ()))
    return next((mark for mark in marks if isinstance(mark, kind)), None)
