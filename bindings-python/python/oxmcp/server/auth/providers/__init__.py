"""Providers, below the path that `fastmcp` has for them."""
