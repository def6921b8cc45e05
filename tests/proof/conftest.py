"""The worker's bench, for these tests."""

from tests.worker_fixtures import bench

__all__ = ["bench"]
