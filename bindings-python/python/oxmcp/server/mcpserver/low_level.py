"""What code reaches for below a `FastMCP`: `mcp._mcp_server.run(read, write, options)`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..models import InitializationOptions
from ..stdio import check_streams

if TYPE_CHECKING:
    from ..in_process import InProcess


class LowLevelFace:
    """The server below, as far as there is one: it runs on the streams of `stdio_server()`."""

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
        """Serves standard input and output until the input ends.

        Raises:
            TypeError: the streams are not those of `stdio_server()`.
        """
        check_streams(read_stream, write_stream)
        await self._server.run_stdio_async()
