"""Many at once: lists, renewals ahead, and the dashboard's figures."""
