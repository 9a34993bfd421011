"""What a function takes: signatures, schemas, conversion and validation of arguments."""
