"""One call: the way to the function, and what its handler can know and say."""
