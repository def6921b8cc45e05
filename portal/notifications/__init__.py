"""AWS says something changed: what the message means, the inbox, and applying it to contracts."""
