"""National returns: the files a service sends about a month, each with what is wrong or not settled in it."""
