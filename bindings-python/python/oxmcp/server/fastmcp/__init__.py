"""The decorated server under the path that most code imports it from."""

from ...answers.content import Audio, File, Image
from ...calls.context import Context
from ...types import Icon
from ..mcpserver.server import FastMCP

__all__ = ["Audio", "Context", "FastMCP", "File", "Icon", "Image"]
