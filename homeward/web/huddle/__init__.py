"""The daily huddle: its list by need, one person at a time, what is said and agreed, and its record."""
