"""Measurements on real tables; `python -m benchmarks --help` lists them.

Nothing here is installed with the package, and no test is timed.
"""
