"""What a call asks of its client: a form or a page for its user, a text of its model, its roots."""
