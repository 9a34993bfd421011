"""Servers in servers: what one offers, another offers, too."""

from __future__ import annotations

from collections.abc import Awaitable, Mapping
from typing import Any, NamedTuple

from ... import _native
from ...errors import ConfigurationError
from ...offers.tools import Tool
from ...offers.visibility.rules import transforms_of
from ...serving.translation import translated
from .in_process import InProcess


class Mount(NamedTuple):
    """A mounted server."""

    server: Mounting
    namespace: str | None
    tool_names: Mapping[str, str]
    source: _native.Server | None = None
    """What it offered when it was imported; none where it offers what it offers now."""
    then: Mapping[str, Tool] | None = None
    """Its tools then."""

    def tools(self) -> dict[str, Tool]:
        """Its tools by the names they have here."""
        own = self.server.tools_by_name() if self.then is None else self.then
        prefix = f"{self.namespace}_" if self.namespace else ""
        return {f"{prefix}{self.tool_names.get(name, name)}": tool for name, tool in own.items()}

    @property
    def options(self) -> str:
        """As the engine reads them."""
        options: dict[str, Any] = {}
        if self.namespace:
            options["namespace"] = self.namespace
        if self.tool_names:
            options["transforms"] = [{"type": "rename", "tools": dict(self.tool_names)}]
        return _native.dumps(options)


class Mounting(InProcess):
    """Offers what other servers offer."""

    _mounts: tuple[Mount, ...] = ()

    def mount(
        self,
        server: Any,
        namespace: str | None = None,
        as_proxy: bool | None = None,
        tool_names: Mapping[str, str] | None = None,
        prefix: str | None = None,
    ) -> Awaitable[None]:
        """Offers what another server offers, now and whenever that changes, behind what is registered here. Names become
        `namespace_name`, URIs `scheme://namespace/rest`; without a namespace they stay. Where several have something of one name,
        the server's own is offered, then that of the one mounted first. Clients of this server are told of changes there.

        The other's functions run where this server is served, with the other's Context, dependencies, middleware and lifespan,
        which is entered with this one's. Where this server is being served it is entered at once: await what this returns, which
        need not be awaited otherwise.

        Args:
            server: The other server, an `MCPServer` (`FastMCP`).
            namespace: What names and URIs get; `prefix` is another name.
            as_proxy: Accepted for code that sets it: every mounted server has its own lifespan and middleware.
            tool_names: Other names for some of its tools, by their own names; the namespace comes before them.

        Raises:
            ConfigurationError: it is this server, or offers what this one offers (a circle), or is mounted here already, or the
                namespace cannot be part of a URI.
            TypeError: it is no server of this kind.
        """
        if isinstance(server, str) or isinstance(namespace, Mounting):  # the order of long ago
            server, namespace = namespace, server
        return self._add_mount(Mount(_mountable(server), namespace or prefix, tool_names or {}))

    def unmount(self, server: Any) -> bool:
        """Offers no longer what a mounted server offers.

        Returns:
            Whether it was mounted.
        """
        found = [mount for mount in self._mounts if mount.server is server and mount.source is None]
        with self._engines.lock:
            self._mounts = tuple(mount for mount in self._mounts if mount not in found)
            for engine in self._engines.made():
                for mount in found:
                    engine.unmount(mount.server.native)
        for mount in found:
            self._lifespan.let_go(mount.server._lifespan)
        return bool(found)

    def import_server(self, server: Any, prefix: str | None = None, namespace: str | None = None) -> Awaitable[None]:
        """Offers what another server offers now; what becomes of that later is not seen here. Otherwise as `mount`. May be
        awaited or not.

        Raises:
            ConfigurationError: it is this server, or the prefix cannot be part of a URI.
            TypeError: it is no server of this kind.
        """
        if isinstance(server, str) or isinstance(prefix, Mounting):
            server, prefix = prefix, server
        server = _mountable(server)
        if server is self:
            raise ConfigurationError("a server cannot be imported into itself")
        copy = _native.Server(_native.dumps({"name": server.name}))
        with translated():
            copy.import_from(server.native, Mount(server, namespace or prefix, {}).options)
        return self._add_mount(Mount(server, namespace or prefix, {}, copy, server.tools_by_name()))

    def _add_mount(self, mount: Mount) -> Awaitable[None]:
        with self._engines.lock, translated():
            # There is one at least, so that what is wrong is said now.
            engines = self._engines.made() or (self._engines.first(),)
            for engine in engines:
                _mount(engine, mount)
            if not self._mounts:
                self._tell_rules(engines)
            self._mounts = (*self._mounts, mount)
        return self._lifespan.hold(mount.server._lifespan)

    def _compose(self, engine: _native.Server) -> None:
        for mount in self._mounts:
            _mount(engine, mount)
        if self._mounts:
            self._tell_rules((engine,))

    def _switch(self, rules: Any) -> int:
        count = super()._switch(rules)
        if self._mounts:
            self._tell_rules(self._engines.made())
        return count

    def _tell_rules(self, engines: tuple[_native.Server, ...]) -> None:
        """Has what `enable` and `disable` said count for mounted servers, too."""
        rules = _native.dumps(transforms_of(self._rules))
        for engine in engines:
            engine.set_mounted_transforms(rules)

    def _remove(self, kind: _native.Kind, key: str, version: str | None = None) -> bool:
        found = super()._remove(kind, key, version)
        for mount in self._mounts:
            if not found and mount.source is not None:
                found = mount.source.remove(kind, key, version)
        return found

    def tool_named(self, name: str) -> Tool | None:
        """The tool of this name, as it is registered or as clients know it, also where it is a mounted server's."""
        return super().tool_named(name) or self.tools_by_name().get(name)

    def tools_by_name(self) -> dict[str, Tool]:
        """Every tool by the name that clients know, those of mounted servers, too."""
        found: dict[str, Tool] = dict(self._offers["tool"])
        for mount in self._mounts:
            found = {**mount.tools(), **found}
        for transform in self.transforms:
            found = {transform.name_of_tool(name): tool for name, tool in found.items()}
        return found


def _mount(engine: _native.Server, mount: Mount) -> None:
    if mount.source is not None:
        engine.mount(mount.source)
    else:
        engine.mount(mount.server.native, mount.options)


def _mountable(server: Any) -> Mounting:
    if isinstance(server, Mounting):
        return server
    raise TypeError(
        f"Only a server of this package with registered functions can be mounted, an MCPServer (FastMCP), not {server!r}"
    )
