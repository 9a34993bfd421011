"""Names that people import and that do nothing yet: they can be imported, and say so when they are used."""
