"""What we measure, runnable by anyone: ``make bench``. How, and how to read it: docs/benchmarks.md."""
