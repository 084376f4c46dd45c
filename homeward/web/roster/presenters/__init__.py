"""The finished words of the rota, contracts and requests, by subject."""
