"""What every test may ask for.

Real programs (databases, Valkey, the sandbox, the whole stack) are in tests/services.py; the rules of the browser
stories are in tests/browsers.py, and ``page`` and ``context`` come from pytest-playwright.
"""

pytest_plugins = ["tests.services", "tests.browsers"]

# --- The application under test: `app`, `client`, and people signed in to it ------------------------------------
