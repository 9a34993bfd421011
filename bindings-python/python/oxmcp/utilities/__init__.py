"""What a handler can return to make content, under the path people import it from: see `types`."""
