"""Files the planner reads and writes: the public HHCRSP benchmark format, and the planner's own."""
