"""The protocol's objects by the names of the specification.

Every class takes its fields by snake_case and by the wire's camelCase, reads under both, keeps fields it does not know,
and compares by value. `to_dict()` is the wire form; `model_dump`, `model_dump_json`, `model_validate` and `model_copy`
are there under the names people know.
"""

from __future__ import annotations

from . import objects
from .objects import *  # noqa: F403

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .requests import *  # noqa: F403


def __getattr__(name: str) -> Any:
    # Requests as objects are rarely asked for; the aliases of `objects` need `typing`, which is made to wait likewise.
    if name.endswith(("Request", "RequestParams")):
        from . import requests

        value = getattr(requests, name)
    else:
        try:
            value = getattr(objects, name)
        except AttributeError:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}") from None
    globals()[name] = value
    return value
