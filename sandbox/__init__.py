"""An AWS Marketplace on your laptop: a storefront for the browser, and the AWS endpoints behind it.

`python -m sandbox` starts it. It knows nothing about the software that integrates with it: everything it
says, it says through the protocols AWS Marketplace uses. docs/sandbox.md is its manual.
"""
