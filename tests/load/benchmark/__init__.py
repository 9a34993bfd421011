"""The published benchmark: what is measured, how, and what is written of it. `../bench.py` is its command."""
