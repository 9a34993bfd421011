"""What clients and servers share, under the paths people import it from."""
