"""The whole of it on one machine: the portal, its worker, Valkey, and the sandbox that stands in for AWS.

Everything here starts other programs and watches over them; nothing here imports the portal or the sandbox.
"""
