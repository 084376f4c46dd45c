"""Documents about the people we support: scanned, photographed, typed here, or brought by a message.

Words: a *document* is one letter, form or picture about one person; a *version* is its bytes as they were at one time,
and stays. Bytes are *kept* outside the database, under the SHA-256 of what they are, before any row speaks of them. A
document is never deleted: it is *withdrawn*, with a reason. What is kept and named by no version is *orphaned*.
"""
