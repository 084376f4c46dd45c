"""Pages of commissioning: packages and offers, providers, invoices, money, and the page a provider opens by a link."""
