"""Which offers can be seen."""
