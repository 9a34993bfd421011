"""What is said of serving over HTTP: how connections come in, and who may call."""
