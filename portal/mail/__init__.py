"""What the portal writes to people, and the outbox it waits in."""
