"""Transforms: what becomes of the offers of a server before clients see them."""

from ...later.names import names
from ...offers.transforms.inline_references import InlineReferences
from ...offers.transforms.result_budget import ResultBudget
from ...offers.transforms.tool_search import ToolSearch
from ...offers.transforms.transform import Transform

__all__ = ["InlineReferences", "ResultBudget", "ToolSearch", "Transform"]

__getattr__ = names(__name__)
