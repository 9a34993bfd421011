"""Prompts as objects."""

from ..later.names import names
from ..offers.marks import prompt
from ..offers.prompts import Prompt

FunctionPrompt = Prompt

__all__ = ["FunctionPrompt", "Prompt", "prompt"]

__getattr__ = names(__name__)
