"""How the arguments of a call become the parameters of a function."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from .. import _native
from ..answers.encoding import encode
from ..errors import InvalidArguments
from . import defaults

if TYPE_CHECKING:
    from .by_pydantic.validation import Arguments

_NONE: Mapping[str, Any] = {}
_TEXT_KINDS = frozenset({"get_prompt", "read_resource"})


class Argument(NamedTuple):
    """One argument as a caller sees it: what a prompt's list of arguments is made of."""

    name: str
    """The name on the wire: the parameter's own, or the alias its `Field` gives."""
    required: bool
    description: str | None
    schema: dict[str, Any]


class ParameterPlan:
    """How the arguments of a call become the parameters of a function. Made once, at registration; immutable."""

    __slots__ = (
        "_checker",
        "_convert",
        "_converters",
        "_defaults",
        "_extra",
        "_reserved",
        "_validator",
        "accepted_schema",
        "accepts_extra",
        "arguments",
        "context_names",
        "dependencies",
        "description",
        "floats",
        "function",
        "input_schema",
        "ints",
        "name",
        "names",
        "native",
        "resolved",
        "returns",
        "whole_description",
    )

    name: str
    """What the function is called in error texts."""
    input_schema: dict[str, Any]
    """JSON Schema of the arguments (TOOL-4)."""
    accepted_schema: dict[str, Any] | None
    """JSON Schema of what is accepted, where the types take more than is advertised; otherwise it is `input_schema`."""
    description: str | None
    """The docstring, but for what callers read in the descriptions of the parameters."""
    returns: Any
    """The return annotation, resolved; see `Signature`."""
    whole_description: str | None
    """All of it, for offers whose parameters are described nowhere else."""
    context_names: tuple[str, ...]
    """Parameters that ask for the Context; the caller of `bind` supplies them."""
    dependencies: dict[str, Any]
    """Parameters with a dependency as default or in `Annotated`, and that dependency."""
    resolved: dict[str, Any]
    """Parameters marked with `Resolve`, and their annotations."""
    native: bool
    """Whether the engine can call `function` with the arguments as they are, `floats` and `ints` coerced."""
    names: tuple[str, ...]
    """The arguments that exist. The engine drops others."""
    floats: tuple[str, ...]
    """Arguments whose integers become floats; None stays None."""
    ints: tuple[str, ...]
    """Arguments whose floats without fraction become ints; None stays None."""
    accepts_extra: bool
    """Whether the function takes `**names`."""
    arguments: tuple[Argument, ...]
    """The arguments one by one."""
    function: Callable[..., Any]
    """The function, callable with keywords only: a thin wrapper where it takes parameters by position."""

    _convert: bool
    _validator: Arguments | None
    _converters: tuple[tuple[str, Callable[[Any], Any]], ...]
    _defaults: dict[str, Any]
    _extra: Callable[[dict[str, Any]], dict[str, Any]] | None
    _reserved: frozenset[str]
    _checker: _native.Schema | None

    def bind(self, arguments: Any, injected: Mapping[str, Any] = _NONE, /, **more: Any) -> dict[str, Any]:
        """Keyword arguments for `function`.

        `arguments` is a dict, the JSON text of an object, or a call (whose text is used, so that numbers keep their
        digits; the arguments of prompts and resource templates, which arrive as text, are converted first). `injected`
        and `more` are added, and win: a caller can never set them.

        Raises InvalidArguments naming each field in plain words.
        """
        kind = getattr(arguments, "kind", None)
        if isinstance(kind, str) and not isinstance(arguments, (dict, str)):
            if kind in _TEXT_KINDS:
                return self.bind_text(arguments.arguments_object(), injected, **more)
            arguments = arguments.arguments_object() if self._validator is None else arguments.arguments
        bound = self._plain(arguments) if self._validator is None else self._validated(self._validator, arguments)
        if injected:
            bound.update(injected)
        if more:
            bound.update(more)
        return bound

    @property
    def at_once(self) -> Callable[[bytes], dict[str, Any]] | None:
        """What makes all keyword arguments of the JSON text of an object, in one step; what it raises goes to `refused`. None
        where `bind` does more than that."""
        return None if self._validator is None or self.accepts_extra else self._validator.at_once

    def refused(self, call: Any, error: BaseException) -> dict[str, Any]:
        """What `bind` makes of a call whose arguments `at_once` refused with this."""
        assert self._validator is not None
        return self._validator.refused(call.arguments, error, convert=self._convert)

    def bind_text(
        self, arguments: Mapping[str, Any], injected: Mapping[str, Any] = _NONE, /, **more: Any
    ) -> dict[str, Any]:
        """The same for arguments that are all text (PRM-6), converted where the schema admits no text."""
        if self._checker is None:
            self._checker = _native.Schema(json.dumps(self._accepted_from_text()))
        checked = self._checker.check_arguments(encode(dict(arguments), "arguments"), True)
        if not isinstance(checked, str):
            raise InvalidArguments(checked)
        return self.bind(checked if self._validator is not None else _native.loads(checked), injected, **more)

    def _accepted_from_text(self) -> dict[str, Any]:
        if self._validator is None or self.accepted_schema is None:
            return self.input_schema
        found = object_of(self._validator.accepted_from_text())
        extra = self.accepted_schema.get("additionalProperties")
        return found if extra is None else with_extra(found, extra, self.accepted_schema)

    def _plain(self, arguments: Any) -> dict[str, Any]:
        if isinstance(arguments, str):
            arguments = _native.loads(arguments)
        bound = {name: arguments[name] for name in self.names if name in arguments}
        for name, convert in self._converters:
            if name in bound:
                bound[name] = convert(bound[name])
        if len(bound) < len(self.arguments):
            missing = [one.name for one in self.arguments if one.required and one.name not in bound]
            if missing:
                raise InvalidArguments([(name, "is required") for name in missing])
        if self._defaults:
            bound = {**defaults.copied({name: self._defaults[name] for name in self._defaults.keys() - bound}), **bound}
        if self.accepts_extra:
            bound.update(self._extras(arguments))
        return bound

    def _validated(self, validator: Arguments, arguments: Any) -> dict[str, Any]:
        text = arguments if isinstance(arguments, str) else encode(arguments, "arguments")
        bound = validator.bind(text, convert=self._convert)
        if self.accepts_extra:
            bound.update(self._extras(_native.loads(text)))
        return bound

    def _extras(self, arguments: dict[str, Any]) -> dict[str, Any]:
        """What goes to `**names`: never what somebody else supplies, nor what a parameter has under another name."""
        reserved = self._reserved
        extra = {key: value for key, value in arguments.items() if key not in self.names and key not in reserved}
        return extra if self._extra is None else self._extra(extra)


def object_of(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema of an object with nothing but what callers need."""
    kept = {key: value for key, value in schema.items() if key in ("required", "$defs")}
    return {"type": "object", "properties": schema.get("properties", {}), **kept}


def with_extra(schema: dict[str, Any], extra: Any, defined_in: dict[str, Any]) -> dict[str, Any]:
    """The same schema of an object which has further members, too; they may refer to definitions from elsewhere."""
    definitions = {**defined_in.get("$defs", {}), **schema.get("$defs", {})}
    return {**schema, "additionalProperties": extra, **({"$defs": definitions} if definitions else {})}
