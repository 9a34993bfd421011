"""What the engine makes of the offers of a server before clients see them, in order."""
