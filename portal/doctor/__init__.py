"""Whether everything the portal stands on is right, one line each, and what to do where it is not."""
