"""What is seen and what is not, by `fastmcp`'s names; see `oxmcp.server.transforms`."""

from ...later.names import names
from ...offers.transforms.visibility import Visibility

__all__ = ["Visibility"]

__getattr__ = names(__name__)
