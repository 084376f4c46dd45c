"""The planner beside other solvers, on the same instances, machine and CPU seconds.

``python -m benchmarks.side_by_side ../shared/benchmarks/hhcrsp`` (``make bench-planner``) runs it all. Every solver
hands back routes only; when each visit starts, what the plan costs and whether it has faults is reckoned here for all
of them alike: the first by definition, the rest by the planner's checker. Routes are timed as well as routes can be,
so no solver pays for how it rounds or reports times.
"""
