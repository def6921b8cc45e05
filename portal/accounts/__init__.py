"""Who may sign in: people, organisations, memberships."""
