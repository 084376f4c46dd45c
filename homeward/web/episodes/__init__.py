"""An episode on any pathway: how far it is, what it still needs, what happened, and how it ends."""
