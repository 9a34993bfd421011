"""Resources as objects."""

from ..offers.marks import resource
from ..offers.resources import FunctionResource

__all__ = ["FunctionResource", "resource"]
