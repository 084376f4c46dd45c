"""Commissioning: care that is bought, who provides it, what it costs and whether it was delivered.

Words: a *provider* is an organisation that care is bought from; its *rates* are what a contract of it charges; a
*package* is care needed by one person, planned by the week; an *offer* asks one provider whether it can take a package
and opens with a link; a *variation* changes a package from a day on; a *suspension* is days on which nothing is to be
delivered or paid. An *invoice* is reconciled by line to the visits that were delivered, and what is found is decided
by somebody. A *pool* is a budget that council and NHS pay into together.
"""
