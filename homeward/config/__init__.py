"""Settings, addresses and commands: the only package that may import everything."""
