"""How much of a person's record each page shows, and so how far its reader must see.

With access.rules (which role holds which permission, and how far it sees of whom) this says who may open what: a line a
page that is about one person. docs/rules/who-may-see-and-do.md prints all of it, and a test opens every page as every
role with every tie and compares. A page that is about nobody in particular needs only the permission of its gate.
"""

from homeward.access.rules import Permission, Sight

C, V, R = Sight.CARD, Sight.VISIT, Sight.RECORD
# The name of an address, or of all below it (people:*); the first that fits counts.
SIGHT_NEEDED: dict[str, Sight] = {
    "people:person": C,
    "people:break_glass": Sight.NOTHING,
    "people:narrow": Sight.NOTHING,  # keeps what to look for, shows nothing
    "people:key_safe": V,
    "people:new_code": V,
    "people:add_note": V,
    "people:seen_by": Sight.NOTHING,  # who looked, never what at
    "people:*": R,
    "documents:add": V,  # a visitor photographs a letter
    "documents:write": V,
    "documents:*": R,
    "forms:*": R,
    "plans:*": R,
    "sharing:*": R,
    "delegation:of_person": R,
    "delegation:decide": R,
    "delegation:*": V,
    "joining:*": V,
    "clinics:*": V,
    "beds:*": R,
    "surveys:*": R,
    "start_of_care:*": V,
    "commissioning:*": V,  # what a visit needs is what is bought
    "episodes:*": R,
    # the store must know what, for whom and where, not the record; who hands it over is on a visit there
    "equipment:request": C,
    "equipment:request_act": C,
    "equipment:loan": C,
    "equipment:loan_act": C,
    "equipment:*": V,
    "privacy:*": Sight.NOTHING,  # for the privacy officer, who sees who looked and nobody's record
    "today:*": V,
    "concerns:*": V,
    "supervision:*": V,
    "responding:*": R,
    # a stay is itself the tie, for whoever may see stays
    "coming_home:*": V,
    # what is one's own to do is asked of oneself, and names somebody only to who may see them
    "rounds:*": Sight.NOTHING,
    # the meeting goes on where a record is kept back from one of those who hold it: then it shows only who and where
    "huddle:*": Sight.NOTHING,
    # a referral is itself the tie: whoever may see the queue sees it
    "front_door:*": C,
}
# Pages that ask for a second permission besides the one of their gate.
ALSO_NEEDED: dict[str, Permission] = {
    "beds:needs": Permission.SEE_BEDS,
    "responding:support": Permission.SEE_RESPONDING,
    "results:baseline": Permission.SEE_RESULTS,
    "results:cases": Permission.SEE_RESULTS,
}


def sight_needed(name: str) -> Sight | None:
    """How far the reader of a page about somebody must see; None for a page that nothing is said of."""
    return next(
        (sight for told, sight in SIGHT_NEEDED.items() if told == name or told == f"{name.split(':')[0]}:*"), None
    )
