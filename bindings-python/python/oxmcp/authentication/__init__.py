"""Who asks: tokens, who verifies them, and what is checked of what they grant."""
