"""Writing competence, sign-offs and delegation decisions."""
