"""Only some versions of what is offered, by `fastmcp`'s names; see `oxmcp.server.transforms`."""

from ...later.names import names
from ...offers.transforms.version_filter import VersionFilter

__all__ = ["VersionFilter"]

__getattr__ = names(__name__)
