"""Pages of the front door, one module for each job done there."""
