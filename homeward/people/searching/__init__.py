"""Finding people as somebody types, on either database engine, through one interface.

Words: a *term* is one thing a record can be found by, with a letter in front that says its kind (`TERM_KINDS` in
`terms`); what was typed is read as *parts*, each with other ways it may be meant. The engine gives candidates from its
index; `ranking` then looks at each and says why it matches. Nobody typed a name for it to be kept: nothing here logs.
"""
