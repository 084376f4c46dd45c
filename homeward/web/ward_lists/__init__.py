"""Ward lists: hand one in, see what it would change, take it in; and the questions that lists leave open."""
