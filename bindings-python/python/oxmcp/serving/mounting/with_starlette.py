"""A server as an application of Starlette's, which people add routes and middleware to. Imported where there is Starlette."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import BaseRoute, Route

from .application import nothing_here
from .asgi import Receive, Scope, Send, pages_that_may_read, path_of, spellings
from .mount import Mount


class StarletteWithLifespan(Starlette):
    """An application of Starlette's whose lifespan can be handed to another: `FastAPI(lifespan=app.lifespan)`."""

    @property
    def lifespan(self) -> Any:
        """What the application's lifespan is made with. Nothing needs it: the server begins with the first request."""
        return self.router.lifespan_context


class ServerApplication(StarletteWithLifespan):
    """A server at one path, with whatever routes and middleware are added.

    Args:
        mount: The server.
        path: Where, below the place where the application is mounted.
        routes: What else there is.
        middleware: What requests pass, the outermost first.
        debug: Whether what goes wrong in the other routes is shown with its traceback.
    """

    def __init__(
        self,
        mount: Mount,
        path: str,
        *,
        routes: Iterable[BaseRoute] = (),
        middleware: Sequence[Middleware] | None = None,
        debug: bool = False,
    ) -> None:
        self._mount = mount
        self._paths = spellings(path)

        def lifespan(_app: Starlette) -> AbstractAsyncContextManager[None]:
            return mount.run()

        own = [Route(spelling, endpoint=mount) for spelling in self._paths if spelling]
        super().__init__(debug=debug, routes=[*own, *routes], middleware=middleware, lifespan=lifespan)
        self.router.default = self._nothing_here
        self.state.path = path
        for layer in self.user_middleware:
            mount.let_call(pages_that_may_read(layer.cls, layer.kwargs))

    def add_middleware(self, middleware_class: Any, *args: Any, **kwargs: Any) -> None:
        """Adds middleware around what there is. Pages that it lets read what is answered may call, too."""
        self._mount.let_call(pages_that_may_read(middleware_class, kwargs))
        super().add_middleware(middleware_class, *args, **kwargs)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers a request; one for the server goes there straight where no middleware was added."""
        if scope["type"] == "http" and not self.user_middleware and path_of(scope) in self._paths:
            scope.setdefault("app", self)
            await self._mount(scope, receive, send)
        else:
            await super().__call__(scope, receive, send)

    async def _nothing_here(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and path_of(scope) in self._paths:
            await self._mount(scope, receive, send)  # at the very place where the application is mounted
        else:
            await nothing_here(self._paths[0], scope, receive, send)
