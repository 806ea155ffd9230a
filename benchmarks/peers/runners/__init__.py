"""What runs in a peer's environment: nothing in here imports the rest of the project.

Each module but `task`, `preparation` and `__main__` is a runner: it has a function
`fit(train, task)` that learns a table and returns a function that makes n rows. It
leaves the package's settings alone, but for `task.options`.
"""
