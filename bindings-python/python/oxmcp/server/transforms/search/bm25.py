"""Tools that are found by a query in plain words."""

from .base import BaseSearchTransform

__all__ = ["BM25SearchTransform"]


class BM25SearchTransform(BaseSearchTransform):
    """Lists two tools instead of many: one finds the others by a query in plain words, one calls them."""
