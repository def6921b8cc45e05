"""What needs a person: the queues, and what can be done about what stands in them."""
