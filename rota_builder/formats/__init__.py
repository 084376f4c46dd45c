"""Files a rota is built from: the package's own JSON, and the text of the public nurse rostering instances."""
