"""Files the planner reads and writes: two public benchmark formats (HHCRSP, UHHC), and the planner's own."""
