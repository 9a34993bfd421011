"""What comes of sampling."""

from ...calls.asking.sampling_loop import SampleStep, SamplingResult
from ...later.names import names

__all__ = ["SampleStep", "SamplingResult"]

__getattr__ = names(__name__)
