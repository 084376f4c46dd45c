"""Pages of surveys: to answer by a link, to ask by phone or on paper, what came of it, and whom a service asks."""
