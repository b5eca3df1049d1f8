"""Measures the engine against programs written by hand for the same result: ``python -m benchmarks``."""
