"""What every room stands on: identifiers, places, local time, and the list of changes that live pages watch.

Words: a *change* is a row saying that something under a topic is no longer as it was. A lower room adds one;
a higher room, or a page, reads those newer than the last it saw.
"""
