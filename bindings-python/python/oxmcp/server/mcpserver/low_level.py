"""What code reaches for below a `FastMCP`: `mcp._mcp_server.run(read, write, options)`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..models import InitializationOptions
from ..stdio import run_on

if TYPE_CHECKING:
    from .in_process import InProcess


class LowLevelFace:
    """The server below, as far as there is one: it runs on the streams of a transport."""

    def __init__(self, server: InProcess) -> None:
        self._server = server

    @property
    def name(self) -> str:
        """The server's name."""
        return self._server.name

    def mounted(self, **options: Any) -> Any:
        """See `FastMCP.mounted`."""
        return self._server.mounted(**options)

    def create_initialization_options(self, *_positional: Any, **_options: Any) -> InitializationOptions:
        """What `run` takes. What peers are told follows from what is registered, whatever is given."""
        return InitializationOptions(self._server.name, "", {})

    async def run(self, read_stream: Any, write_stream: Any, *_positional: Any, **_options: Any) -> None:
        """Serves on the streams that a transport of this package gave, until they end.

        Raises:
            TypeError: the streams are not of this package.
        """
        await run_on(self._server, read_stream, write_stream)
