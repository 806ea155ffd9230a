"""synthgan beside its peers, each in a virtual environment of its own.

`runners` is executed in those environments: neither it nor this file imports anything
that they lack. `command` is the measurement `python -m benchmarks peers`.
"""
