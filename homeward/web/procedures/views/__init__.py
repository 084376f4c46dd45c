"""Pages of the procedures: reading them, drafting the next version, and moving open episodes to it."""
