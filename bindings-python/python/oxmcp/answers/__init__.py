"""What is sent back: results, content, encoding, refusals and failures."""
