"""Modules of which nothing is there yet, found when nobody else finds them."""

from __future__ import annotations

from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

from ..errors import NotYetError
from .names import is_above, names, reason_for

ROOT = "oxmcp."


class Missing(ModuleType):
    """A module whose names are stand-ins: what is set there would be heard by nobody."""

    def __setattr__(self, name: str, value: Any) -> None:
        reason = None if name.startswith("_") or isinstance(value, ModuleType) else reason_for(f"{below(self)}.{name}")
        if reason is not None:
            raise NotYetError(f"{below(self)}.{name} is not yet in oxmcp: {reason}")
        super().__setattr__(name, value)


class Loader:
    """Makes such a module."""

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        """An empty one."""
        return Missing(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        """Gives the module its names, made when they are asked for."""
        module.__getattr__ = names(module.__name__)  # type: ignore[method-assign]


def below(module: ModuleType) -> str:
    """The path of a module below the package."""
    return module.__name__.removeprefix(ROOT)


def find_spec(name: str) -> ModuleSpec | None:
    """The module of this name, if something below it is known to be missing."""
    path = name.removeprefix(ROOT)
    if reason_for(path) is None and not is_above(path):
        return None
    return ModuleSpec(name, Loader(), is_package=True)  # type: ignore[arg-type]
