"""`server.experimental` of 1.x of the official package: tasks on a low-level server."""

from __future__ import annotations

from typing import Any, NoReturn, Protocol

from ...errors import NotYetError
from ...later.names import TASKS, names

__all__ = ["ExperimentalHandlers"]


class HasTasks(Protocol):
    """What is needed of a server."""

    _serves_tasks: bool

    def _remade(self) -> None: ...


class ExperimentalHandlers:
    """Tasks on a low-level server. The engine keeps them, and answers what is asked about them."""

    def __init__(self, server: HasTasks) -> None:
        self._server = server

    @property
    def task_support(self) -> ExperimentalHandlers | None:
        """Itself once tasks are served; None before."""
        return self if self._server._serves_tasks else None

    def enable_tasks(self, store: Any = None, queue: Any = None) -> ExperimentalHandlers:
        """Lets clients be told that there are tasks: handlers may `await ctx.experimental.run_task(work)` then.

        Raises:
            NotYetError: a store or a queue of one's own is given.
        """
        if store is not None or queue is not None:
            raise NotYetError.of("enable_tasks(store=…)", TASKS)
        if not self._server._serves_tasks:
            self._server._serves_tasks = True
            self._server._remade()
        return self

    def get_task(self) -> NoReturn:
        """Not yet: the engine answers `tasks/get`."""
        raise NotYetError.of("experimental.get_task", TASKS)

    def get_task_result(self) -> NoReturn:
        """Not yet: the engine answers `tasks/result`."""
        raise NotYetError.of("experimental.get_task_result", TASKS)

    def list_tasks(self) -> NoReturn:
        """Not yet: the engine answers `tasks/list`."""
        raise NotYetError.of("experimental.list_tasks", TASKS)

    def cancel_task(self) -> NoReturn:
        """Not yet: the engine answers `tasks/cancel`."""
        raise NotYetError.of("experimental.cancel_task", TASKS)


__getattr__ = names(__name__)
