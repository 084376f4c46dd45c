"""Pages of a plan: to read, to write together, to compare, review and agree, and My plan for the person."""
