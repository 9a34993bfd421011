"""A prefix for everything that is offered, by `fastmcp`'s names; see `oxmcp.server.transforms`."""

from ...later.names import names
from ...offers.transforms.namespace import Namespace

__all__ = ["Namespace"]

__getattr__ = names(__name__)
