"""Small things under familiar paths."""
