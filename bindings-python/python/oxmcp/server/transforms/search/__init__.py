"""Tools that are found instead of listed, by `fastmcp`'s names; see `oxmcp.server.transforms.ToolSearch`."""

from ....later.names import names
from .bm25 import BM25SearchTransform
from .regex import RegexSearchTransform

__all__ = ["BM25SearchTransform", "RegexSearchTransform"]

__getattr__ = names(__name__)
