"""A server whose offers become something else before clients see them."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

from ... import _native
from ...serving.serving import Serving
from ...serving.translation import translated
from .transform import Transform

_NONE = "[]"


class Transforming(Serving):
    """The transforms of a server: those it was given, and those that stand among its middleware."""

    def __init__(self, lifespan: Callable[[Any], AbstractAsyncContextManager[Any]] | None) -> None:
        self._transforms: list[Transform] = []
        self._described = _NONE
        super().__init__(lifespan)

    @property
    def transforms(self) -> list[Transform]:
        """What becomes of the offers before clients see them, in order; `add_transform` adds to it."""
        return [*self._transforms]

    def add_transform(self, transform: Transform) -> None:
        """Has the engine make something else of the offers before clients see them, after what was added before: see
        `oxmcp.server.transforms`. May be called while the server is served, whose clients are told that lists have changed.

        Raises:
            TypeError: it is none of those transforms.
        """
        if not isinstance(transform, Transform):
            raise TypeError(
                f"add_transform takes a Transform of oxmcp.server.transforms, not {type(transform).__name__}"
            )
        with self._engines.lock:
            self._transforms.append(transform)
            try:
                self._retransform()
            except BaseException:
                self._transforms.remove(transform)
                raise

    def _retransform(self) -> None:
        """Has the engines transform as is said now, if that is something else than before."""
        of_middleware = (getattr(one, "transform", None) for one in self.middleware)
        transforms = [*self._transforms, *(one for one in of_middleware if isinstance(one, Transform))]
        described = _native.dumps([one.described() for one in transforms])
        if described != self._described:
            with translated():
                for engine in self._engines.made():
                    engine.set_transforms(described)
            self._described = described

    def _ways_changed(self) -> None:
        super()._ways_changed()
        self._retransform()

    def _transform(self, engine: _native.Server) -> None:
        """The same for an engine that is new."""
        if self._described != _NONE:
            engine.set_transforms(self._described)
