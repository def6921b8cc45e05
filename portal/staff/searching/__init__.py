"""What support finds by: one box for whatever is in hand."""
