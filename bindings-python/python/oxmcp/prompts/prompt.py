"""Prompts as objects. `fastmcp` has a module and a decorator of this name: the module is both."""

from __future__ import annotations

import sys
from types import ModuleType
from typing import Any

from ..answers.messages import Message, PromptResult
from ..offers.marks import prompt
from ..offers.prompts import Prompt

FunctionPrompt = Prompt

__all__ = ["FunctionPrompt", "Message", "Prompt", "PromptResult", "prompt"]


class _Decorator(ModuleType):
    def __call__(self, *positional: Any, **options: Any) -> Any:
        return prompt(*positional, **options)


sys.modules[__name__].__class__ = _Decorator
