"""What would be, if: today the worth of a sign-off before it is made, from planning the coming days again with it.

A *handed-on* task is one that nobody on shift may do by delegation, so that a registered professional must come for it.
"""
