"""Pages of competence and delegation: what waits, what each worker may do, and each decision."""
