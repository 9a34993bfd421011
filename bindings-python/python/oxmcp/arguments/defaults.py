"""Default values that a function could change: each call gets a copy, so that no caller sees what another left in one."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping
from typing import Any

from ..errors import InvalidDescriptorError
from .signatures import EMPTY, Parameter


def changeable(parameters: Iterable[Parameter], function: str) -> dict[str, Any]:
    """The defaults that every call needs a copy of, by parameter.

    Raises:
        InvalidDescriptorError: one of them cannot be copied.
    """
    found = {one.name: one.default for one in parameters if one.default is not EMPTY and is_changeable(one.default)}
    for name, default in found.items():
        try:
            copy.deepcopy(default)
        except Exception as error:
            raise InvalidDescriptorError(
                f"{function}: the default of parameter {name!r} cannot be copied for each call ({error}); "
                "make it None and create the value in the function"
            ) from error
    return found


def is_changeable(value: Any) -> bool:
    """Whether a value can be changed in place: what has no hash, and records that are not frozen.

    Anything else with a hash is its author's to share: a number, a tuple of numbers, a connection, a function.
    """
    kind = type(value)
    frozen = getattr(getattr(kind, "__dataclass_params__", None), "frozen", None)
    if frozen is None and hasattr(kind, "__pydantic_fields__"):
        frozen = bool(getattr(kind, "model_config", {}).get("frozen"))
    if frozen is False:
        return True
    try:
        hash(value)
    except Exception:
        return True
    return False


def copied(defaults: Mapping[str, Any]) -> dict[str, Any]:
    """The same values, each a copy down to the bottom."""
    return {name: copy.deepcopy(default) for name, default in defaults.items()}
