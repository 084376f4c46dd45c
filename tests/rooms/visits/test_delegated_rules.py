"""Which place of a visit a delegated task falls to, as a table."""

import pytest

from homeward.procedures.rules.definitions import Activity, ActivityKind, Complexity, Delegable
from homeward.visits.rules import Asked, asked_of_slots

INSULIN = Activity(
    code="insulin", version=1, title="Give insulin", plain="", kind=ActivityKind.HEALTH, skill="nurse", minutes=10,
    complexity=Complexity.MEDIUM, source="x",
    delegable=Delegable(to=("carer",), by=("nurse",), is_person_specific=True, competence="insulin_giving"),
)  # fmt: skip
WASH = Activity(
    code="wash", version=1, title="Wash", plain="", kind=ActivityKind.SOCIAL_CARE, skill="carer", minutes=20,
    complexity=Complexity.LOW, source="x",
)  # fmt: skip
ACTIVITIES = {"insulin": INSULIN, "wash": WASH}
CARER = {"skill": "carer"}
SIGNED = {"skill": "carer", "competences": ["insulin_giving"]}
NURSE = {"skill": "nurse"}
NOTHING = Asked()
GIVE = Asked(("insulin",))


class TestAskedOfSlots:
    @pytest.mark.parametrize(
        ("slots", "tasks", "asked"),
        [
            # nothing delegated, nothing asked
            ([CARER], [("wash", False)], [NOTHING]),
            ([NURSE], [("insulin", False)], [NOTHING]),
            ([CARER], [("not in the procedures", True)], [NOTHING]),
            # one worker does it
            ([CARER], [("wash", False), ("insulin", True)], [GIVE]),
            # not marked as delegated, but the place names the competence for it
            ([SIGNED], [("insulin", False)], [GIVE]),
            # two alike: one of them is enough, though both places name it
            ([CARER, CARER], [("insulin", True)], [GIVE, NOTHING]),
            ([SIGNED, SIGNED], [("insulin", True)], [GIVE, NOTHING]),
            # the place that names it
            ([CARER, SIGNED], [("insulin", True)], [NOTHING, GIVE]),
            # whose profession it is, before whom it may be given to
            ([CARER, NURSE], [("insulin", True)], [NOTHING, GIVE]),
            ([{"skill": "driver"}, CARER], [("insulin", True)], [NOTHING, GIVE]),
            ([{"skill": "driver"}], [("insulin", True)], [GIVE]),
            # a competence that no task of the visit stands for is asked for by itself
            ([SIGNED], [("wash", False)], [Asked((), ("insulin_giving",))]),
        ],
    )
    def test_says_what_each_place_asks(self, slots, tasks, asked):
        assert list(asked_of_slots(slots, tasks, ACTIVITIES, lambda skill: {skill})) == asked

    def test_asks_nothing_of_what_somebody_else_does_elsewhere(self):
        asked = asked_of_slots([SIGNED], [("wash", False)], ACTIVITIES, lambda skill: {skill}, handed=["insulin"])
        assert asked == (NOTHING,)

    def test_follows_what_a_skill_implies(self):
        implied = {"lead": {"lead", "nurse"}, "carer": {"carer"}}
        asked = asked_of_slots([CARER, {"skill": "lead"}], [("insulin", True)], ACTIVITIES, implied.__getitem__)
        assert asked == (NOTHING, GIVE)
