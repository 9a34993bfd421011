"""Resources as objects. `fastmcp` has a module and a decorator of this name: the module is both."""

from __future__ import annotations

import sys
from types import ModuleType
from typing import Any

from ..offers.marks import resource
from ..offers.resources import FunctionResource, Resource

__all__ = ["FunctionResource", "Resource", "resource"]


class _Decorator(ModuleType):
    def __call__(self, *positional: Any, **options: Any) -> Any:
        return resource(*positional, **options)


sys.modules[__name__].__class__ = _Decorator
