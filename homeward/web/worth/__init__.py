"""What sign-offs would be worth: the training plan that frees most registered time."""
