"""Other names and words for single tools, by `fastmcp`'s names; see `oxmcp.server.transforms.ToolTransform`."""

from ..later.names import names
from ..offers.transforms.tool_transform import ToolTransformConfig

__all__ = ["ToolTransformConfig"]

__getattr__ = names(__name__)
