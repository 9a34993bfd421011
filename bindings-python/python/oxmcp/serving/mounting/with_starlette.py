"""A server as an application of Starlette's, which people add routes and middleware to. Imported where there is Starlette."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import BaseRoute, Route

from .application import at_paths, nothing_here
from .asgi import ASGIApp, Receive, Scope, Send, pages_that_may_read, path_of
from .mount import Mount


class StarletteWithLifespan(Starlette):
    """An application of Starlette's whose lifespan can be handed to another: `FastAPI(lifespan=app.lifespan)`."""

    @property
    def lifespan(self) -> Any:
        """What the application's lifespan is made with. Nothing needs it: the server begins with the first request."""
        return self.router.lifespan_context


class _Whole:
    """What answers every method at its path; of a plain function Starlette would make something else."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._app(scope, receive, send)


class ServerApplication(StarletteWithLifespan):
    """A server with whatever routes and middleware are added.

    Args:
        mount: The server.
        served: What of it answers where, below the place where the application is mounted; the first path is the one people
            are told.
        routes: What else there is.
        middleware: What requests pass, the outermost first.
        debug: Whether what goes wrong in the other routes is shown with its traceback.
    """

    def __init__(
        self,
        mount: Mount,
        served: Mapping[str, ASGIApp],
        *,
        routes: Iterable[BaseRoute] = (),
        middleware: Sequence[Middleware] | None = None,
        debug: bool = False,
    ) -> None:
        self._mount = mount
        self._served = at_paths(served)

        def lifespan(_app: Starlette) -> AbstractAsyncContextManager[None]:
            return mount.run()

        own = [Route(path, endpoint=_Whole(app)) for path, app in self._served.items() if path]
        super().__init__(debug=debug, routes=[*own, *routes], middleware=middleware, lifespan=lifespan)
        self.router.default = self._nothing_here
        for layer in self.user_middleware:
            mount.let_call(pages_that_may_read(layer.cls, layer.kwargs))

    def add_middleware(self, middleware_class: Any, *args: Any, **kwargs: Any) -> None:
        """Adds middleware around what there is. Pages that it lets read what is answered may call, too."""
        self._mount.let_call(pages_that_may_read(middleware_class, kwargs))
        super().add_middleware(middleware_class, *args, **kwargs)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers a request; one for the server goes there straight where no middleware was added."""
        plain = scope["type"] == "http" and not self.user_middleware
        found = self._served.get(path_of(scope)) if plain else None
        if found is None:
            await super().__call__(scope, receive, send)
        else:
            scope.setdefault("app", self)
            await found(scope, receive, send)

    async def _nothing_here(self, scope: Scope, receive: Receive, send: Send) -> None:
        found = self._served.get(path_of(scope)) if scope["type"] == "http" else None
        if found is not None:
            await found(scope, receive, send)  # at the very place where the application is mounted
        else:
            await nothing_here(next(iter(self._served)), scope, receive, send)
