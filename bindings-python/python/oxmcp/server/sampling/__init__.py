"""Sampling the client's model."""

from ...calls.asking.sampling_loop import SampleStep, SamplingResult
from ...calls.asking.sampling_tools import SamplingTool
from ...later.names import names

__all__ = ["SampleStep", "SamplingResult", "SamplingTool"]

__getattr__ = names(__name__)
