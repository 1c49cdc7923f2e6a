"""Compiled loops over Arrow buffers: the only room that imports Numba.

Import a kernel inside the function that calls it, so that `import privet` stays light. Every kernel
has a plain twin, its oracle in the tests.
"""
