"""How one cell is measured: a server process, the load on it, and the kernel's clocks."""
