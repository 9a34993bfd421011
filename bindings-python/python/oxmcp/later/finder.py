"""Modules of which nothing is there yet, found when nobody else finds them."""

from __future__ import annotations

from importlib.machinery import ModuleSpec
from types import ModuleType

from .names import is_above, names, reason_for

ROOT = "oxmcp."


class Loader:
    """Makes a module whose names are stand-ins."""

    def create_module(self, _spec: ModuleSpec) -> ModuleType | None:
        """Leaves it to the interpreter."""
        return None

    def exec_module(self, module: ModuleType) -> None:
        """Gives the module its names, made when they are asked for."""
        module.__getattr__ = names(module.__name__)  # type: ignore[method-assign]


def find_spec(name: str) -> ModuleSpec | None:
    """The module of this name, if something below it is known to be missing."""
    path = name.removeprefix(ROOT)
    if reason_for(path) is None and not is_above(path):
        return None
    return ModuleSpec(name, Loader(), is_package=True)  # type: ignore[arg-type]
