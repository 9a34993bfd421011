"""Transforms: what becomes of the offers of a server before clients see them."""

from ...later.names import names
from ...offers.transforms.inline_references import InlineReferences
from ...offers.transforms.namespace import Namespace
from ...offers.transforms.result_budget import ResultBudget
from ...offers.transforms.tool_search import ToolSearch
from ...offers.transforms.tool_transform import ToolTransform
from ...offers.transforms.transform import Transform
from ...offers.transforms.version_filter import VersionFilter, VersionSpec
from ...offers.transforms.visibility import Visibility

__all__ = [
    "InlineReferences",
    "Namespace",
    "ResultBudget",
    "ToolSearch",
    "ToolTransform",
    "Transform",
    "VersionFilter",
    "VersionSpec",
    "Visibility",
]

__getattr__ = names(__name__)
