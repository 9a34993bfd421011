"""Other names and words for single tools, by `fastmcp`'s names; see `oxmcp.server.transforms`."""

from ...later.names import names
from ...offers.transforms.tool_transform import ToolTransform

__all__ = ["ToolTransform"]

__getattr__ = names(__name__)
