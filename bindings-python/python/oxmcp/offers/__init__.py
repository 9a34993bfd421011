"""What a server offers: tools, resources, prompts, completions, and their registration."""
