"""The worker's bench, for these tests."""

from tests.worker_fixtures import bench, until

__all__ = ["bench", "until"]
