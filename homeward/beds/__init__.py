"""Short stays in a residential unit: its beds, who waits for one, who is in which, and the way home.

Words: a *house* is a unit with rooms and beds; a *bed referral* asks for a bed for somebody, with what it must be like;
a *bed use* is one person with one bed, from the offer until they leave it, move or the offer ends; a bed is *held* for
whoever was offered it; a *bed stay* is somebody's time in the house, through every bed of it; a *way home* is what must
be ready before they leave; a *follow-up* asks, later, where they are. The state of a bed is never stored: it is derived
from its uses and closings.
"""
