"""The engine from within Python: its event loop, and the small values that cross."""
