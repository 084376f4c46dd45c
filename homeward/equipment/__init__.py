"""Equipment and assistive technology: what there is and where, who has it, and who answers when a device calls.

Its words. A kind is what the catalogue offers; an item is one thing with a number of its own, and a shelf holds things
that are only counted. A store is where they are kept, of one service, and may be shared with others. A movement is a
row for each time stock changed, never edited. A request becomes a loan when it is handed over. A device is an item that
calls for somebody; a device alert is one such call.
"""
