"""What was bought: contracts, entitlements, history, and reading them from AWS again."""
