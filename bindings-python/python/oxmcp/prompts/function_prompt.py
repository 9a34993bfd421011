"""Prompts as objects."""

from ..offers.marks import prompt
from ..offers.prompts import Prompt

FunctionPrompt = Prompt

__all__ = ["FunctionPrompt", "Prompt", "prompt"]
