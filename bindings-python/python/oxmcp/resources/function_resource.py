"""Resources as objects."""

from ..later.names import names
from ..offers.marks import resource
from ..offers.resources import FunctionResource

__all__ = ["FunctionResource", "resource"]

__getattr__ = names(__name__)
