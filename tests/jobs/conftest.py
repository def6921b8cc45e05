"""The worker's bench, for these tests."""

from tests.worker_fixtures import bench, run, until

__all__ = ["bench", "run", "until"]
