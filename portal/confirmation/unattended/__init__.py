"""Going through the three use cases without a person: a browser without a screen, on the sandbox and on the portal."""
