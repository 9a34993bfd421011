"""Types that only pydantic knows: their schemas, the values of arguments, and results."""
