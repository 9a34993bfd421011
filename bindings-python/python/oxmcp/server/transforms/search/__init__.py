"""Tools that are found instead of listed, by `fastmcp`'s names; see `oxmcp.server.transforms.ToolSearch`."""

from ....later.names import names
from .base import serialize_tools_for_output_json, serialize_tools_for_output_markdown
from .bm25 import BM25SearchTransform
from .regex import RegexSearchTransform

__all__ = [
    "BM25SearchTransform",
    "RegexSearchTransform",
    "serialize_tools_for_output_json",
    "serialize_tools_for_output_markdown",
]

__getattr__ = names(__name__)
