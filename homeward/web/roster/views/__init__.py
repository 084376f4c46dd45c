"""The pages of the rota, by subject."""
