"""Functions that a client's model may call while it is sampled."""

from ...calls.asking.sampling_tools import SamplingTool
from ...later.names import names

__all__ = ["SamplingTool"]

__getattr__ = names(__name__)
