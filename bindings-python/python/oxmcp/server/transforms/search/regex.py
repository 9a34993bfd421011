"""Tools that are found by a regular expression."""

from .base import BaseSearchTransform

__all__ = ["RegexSearchTransform"]


class RegexSearchTransform(BaseSearchTransform):
    """Lists two tools instead of many: one finds the others by a regular expression, one calls them. Large and small
    letters count alike; look-around and references back are not supported."""

    by_default = "pattern"
