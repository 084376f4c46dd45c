"""Numbers shown honestly: what is chance and what is not, how sure a number is, what may leave the service.

Plain Python and NumPy, without Django or a database: numbers in, numbers out. docs/rules/variation.md has the sources.
"""
