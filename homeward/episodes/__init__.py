"""A person's time on a pathway: its stages, its clocks, how it ended.

Words: an *episode* starts when a referral is accepted and ends with one of the pathway's closing outcomes; a *stage* is
a part of it; a *clock* is read from what happened, by the version of the pathway the episode started on.
"""
