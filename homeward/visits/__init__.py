"""Visits: needed, planned and actual.

Words: a *visit* is needed at a place within a window by one or more workers together; a *slot* is one of those
workers' places in it, and two slots make a *joint visit*; an *assignment* puts a worker in a slot at a time and says
why; a *day plan* is one planning of one day, and its *moves* are what changed for whom. `planning.py` is the one
bridge to the planner.
"""
