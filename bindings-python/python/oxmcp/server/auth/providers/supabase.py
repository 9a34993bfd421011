"""Supabase, at the path that `fastmcp` has for it."""

from ....authentication.vendors import SupabaseProvider
from ....later.names import names

__all__ = ["SupabaseProvider"]

__getattr__ = names(__name__)
