"""Pages for whoever watches who looks at records and answers people about their own."""
