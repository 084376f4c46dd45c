"""Who was told what, and by which way it reached them.

Words: a *notice* is one thing one account is told, shown on screen; a *delivery* is the same notice on its way by
email, text message or to another system; a *reach* is where an account can be reached beside the screen. A notice
never carries anything personal: it says that something waits, and the page behind its link says what.
"""
