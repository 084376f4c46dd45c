"""What a draft says, and the visits and the week that follow."""

from datetime import date

import pytest

from homeward.access.rules import Role
from homeward.plans.rules import (
    Content,
    Item,
    NewActivity,
    NewContingency,
    NewGoal,
    NewNeed,
    NewPattern,
    Window,
    content_of,
    fields_from,
    fits,
    is_same_visit,
    items_of,
    may_see_part,
    next_key,
    patterns_of,
    problems,
    spec_of,
    suggest_visits,
    time_of_day,
    week_from,
)

MONDAY = date(2026, 11, 23)
SCALE = {str(level): f"level {level}" for level in range(-2, 3)}
CONTENT = Content(
    texts={"matters": "My cat", "place": "At home"},
    needs=(NewNeed("Standing", "hygiene", "n1"),),
    goals=(NewGoal("Walk", "To see her", SCALE, -1, MONDAY, "g2"),),
    activities=(
        NewActivity("Wash", "personal_care", "Slowly", skill="home_care_worker", times=("morning",), minutes=25,
                    is_delegated=True, if_not_possible="Ring", key="a1"),
        NewActivity("Paper", doer="person", often="days", weekdays="135", key="a4"),
    ),
    contingencies=(NewContingency("a fall", "Ring", "Office", "07700 900001", "c1"),),
)  # fmt: skip
VISIT = NewPattern(
    "Morning visit", "07:00", "10:00", 30, [{"skill": "home_care_worker", "competences": [], "minutes": 30}], MONDAY,
    tasks=[{"code": "personal_care", "title": "Wash", "is_delegated": True}],
)  # fmt: skip


def activity(key: str, **says) -> Item:
    return Item(key, {"title": key, "doer": "staff", "skill": "home_care_worker", "often": "daily", **says})


class TestFieldsOfAPlan:
    def test_say_the_same_again_when_read_back(self):
        fields = fields_from("In short", CONTENT, [VISIT])
        assert content_of(fields) == ("In short", CONTENT)
        assert patterns_of(fields, MONDAY, {}) == [VISIT]

    def test_make_an_activity_of_a_task_that_has_none(self):
        fields = fields_from("", Content(), [VISIT])
        (made,) = content_of(fields)[1].activities
        assert (made.title, made.activity_code, made.is_delegated) == ("Wash", "personal_care", True)
        assert items_of(fields, "visits")[0].codes("activities") == ("a1",)

    def test_never_give_a_key_twice(self):
        fields = fields_from("", CONTENT, [])
        assert next_key(fields, "activities") == "a5"
        assert next_key({**fields, "activities-a4-gone": True}, "activities") == "a5"

    @pytest.mark.parametrize(
        "name", ["me-nothing", "goals-text", "goals-x1-text", "goals-g1-nothing", "", "me-matters-x"]
    )
    def test_are_only_those_of_a_plan(self, name):
        assert spec_of(name) is None


CHOICES = {
    "skills": ["home_care_worker"], "outcomes": ["hygiene"], "doers": ["staff", "person"],
    "often": ["daily", "days", "once"], "times": ["morning"],
}  # fmt: skip


class TestProblems:
    def told(self, **more) -> list[str]:
        fields = fields_from("", CONTENT, [VISIT]) | {key.replace("__", "-"): value for key, value in more.items()}
        return [one.text for one in problems(fields, CHOICES)]

    def test_are_none_in_a_whole_plan(self):
        assert self.told() == []

    @pytest.mark.parametrize(
        ("field", "value", "words"),
        [
            ("visits__v1__weekdays", [], "Choose the days"),
            ("visits__v1__opens_at", "25:00", "enter a time"),
            ("visits__v1__closes_at", "06:00", "before it may start"),
            ("visits__v1__minutes", "2", "5 or more"),
            ("visits__v1__minutes", "²", "5 or more"),
            ("visits__v1__minutes", "9" * 5000, "at most 1440"),
            ("activities__a1__minutes", "²", "at most 1440"),
            ("visits__v1__weekdays", ["9"], "Days: choose from the list"),
            ("visits__v1__weekdays", True, "Days: choose from the list"),
            ("activities__a1__times", ["noon"], "choose from the list"),
            ("visits__v1__workers", "two", "choose from the list"),
            ("activities__a1__doer", "cat", "choose from the list"),
            ("needs__n1__outcome", "fame", "choose from the list"),
            ("goals__g2__start", "7", "choose from the list"),
            ("visits__v1__skill", "juggler", "choose from the list"),
            ("visits__v1__activities", ["a9"], "what is done"),
            ("goals__g2__level_p1", "", "all five levels"),
            ("goals__g2__target_on", "2026-02-31", "a real day"),
            ("contingency__c1__then_text", "", "Say what is done then"),
            ("activities__a1__often", "once", "Say on which day"),
            ("activities__a1__ends_on", "x", "a real day"),
            ("activities__a4__doer", "staff", "is in no visit"),
        ],
    )
    def test_say_what_to_put_right(self, field, value, words):
        assert any(words in text for text in self.told(**{field: value}))


class TestFits:
    @pytest.mark.parametrize(
        ("name", "value", "is_so"),
        [
            ("me-matters", "My cat", True),
            ("me-matters", None, True),
            ("me-matters", 5, False),
            ("me-matters", ["My cat"], False),
            ("me-matters", "\ud800", False),
            ("me-matters", "a\0b", False),
            ("visits-v1-weekdays", ["1"], True),
            ("visits-v1-weekdays", "1", False),
            ("visits-v1-weekdays", [1], False),
            ("visits-v1-weekdays", True, False),
            ("visits-v1-is_hard", True, True),
            ("visits-v1-is_hard", "yes", False),
            ("visits-v1-minutes", "²", True),
        ],
    )
    def test_says_whether_a_value_is_of_the_sort_of_its_field(self, name, value, is_so):
        assert fits(spec_of(name), value) is is_so


class TestSuggestVisits:
    def test_takes_the_usual_time_where_minutes_are_no_number(self):
        (visit,) = suggest_visits([activity("a1", times=["morning"], minutes="²")], {})
        assert visit["minutes"] == "15"

    def test_groups_by_time_of_day_and_who(self):
        visits = suggest_visits(
            [activity("a1", times=["morning", "bedtime"], minutes="20"),
             activity("a2", times=["morning"], minutes="12"),
             activity("a3", times=["morning"], skill="nurse"), activity("a4", doer="family"),
             activity("a5", often="as_needed")], {},
        )  # fmt: skip
        assert [(v["title"], v["activities"], v["minutes"], v["skill"]) for v in visits] == [
            ("Morning visit", ["a1", "a2"], "35", "home_care_worker"),
            ("a3", ["a3"], "15", "nurse"),
            ("a1", ["a1"], "20", "home_care_worker"),
        ]

    def test_makes_a_visit_of_its_own_for_days_with_more(self):
        visits = suggest_visits(
            [activity("a1", times=["morning"]), activity("a2", times=["morning"], often="days", weekdays=["1", "4"])],
            {},
        )
        assert {("".join(v["weekdays"]), tuple(v["activities"])) for v in visits} == {
            ("14", ("a1", "a2")),
            ("23567", ("a1",)),
        }

    def test_takes_the_times_of_the_pathway(self):
        window = Window("07:00", "09:00", True, 480)
        (visit,) = suggest_visits(
            [activity("a1", times=["morning"], template="insulin")], {("insulin", "morning"): window}
        )
        assert (visit["opens_at"], visit["closes_at"], visit["is_hard"], visit["gap_minutes"]) == (
            "07:00",
            "09:00",
            True,
            "",
        )

    def test_keeps_a_gap_only_to_the_visit_it_is_meant_for(self):
        windows = {("insulin", "morning"): Window("07:00", "09:00", True, 480),
                   ("insulin", "teatime"): Window("16:30", "18:30", True, 480)}  # fmt: skip
        insulin = activity("a1", times=["morning", "teatime"], template="insulin")
        assert [v["gap_minutes"] for v in suggest_visits([insulin], windows)] == ["", "480"]
        between = activity("a2", times=["midday"])
        assert [v["gap_minutes"] for v in suggest_visits([insulin, between], windows)] == ["", "", ""]


class TestWeek:
    def test_counts_every_worker_of_every_visit(self):
        two = NewPattern("Two", "08:00", "09:00", 20, [{"skill": "x", "minutes": 20}] * 2, MONDAY, weekdays="15")
        ended = NewPattern("Ended", "08:00", "09:00", 20, [{"skill": "x", "minutes": 20}], MONDAY, ends_on=MONDAY)
        week = week_from([VISIT, two, ended], MONDAY)
        assert week.visits == (3, 1, 1, 1, 2, 1, 1)
        assert week.all_minutes == 7 * 30 + 2 * 40 + 20

    def test_knows_the_same_visit(self):
        later = NewPattern(
            **{name: getattr(VISIT, name) for name in NewPattern.__slots__} | {"starts_on": date(2027, 1, 1)}
        )
        assert is_same_visit(VISIT, later)
        assert not is_same_visit(VISIT, NewPattern("Other", "07:00", "10:00", 30, VISIT.slots, MONDAY))

    @pytest.mark.parametrize(
        ("opens", "closes", "code"),
        [("07:00", "10:00", "morning"), ("11:30", "13:30", "midday"), ("16:30", "18:30", "teatime"),
         ("19:30", "22:00", "bedtime"), ("09:00", "16:00", "any")],
    )  # fmt: skip
    def test_names_the_time_of_day(self, opens, closes, code):
        assert time_of_day(opens, closes) == code


class TestMaySeePart:
    @pytest.mark.parametrize(
        ("role", "audiences", "ends_on", "sees"),
        [
            (Role.REGISTERED_PROFESSIONAL, ["team"], None, True),
            (Role.REGISTERED_PROFESSIONAL, [], None, False),
            (Role.REGISTERED_PROFESSIONAL, ["crisis_team"], None, False),
            (Role.CRISIS_RESPONDER, ["crisis_team"], MONDAY, True),
            (Role.CRISIS_RESPONDER, ["crisis_team"], date(2026, 11, 22), False),
            (Role.FRONT_DOOR, ["front_door"], None, True),
            (Role.ROSTER_PLANNER, ["team"], None, False),
            (Role.ADMINISTRATOR, ["team", "professionals", "crisis_team", "front_door"], None, False),
        ],
    )
    def test_is_as_the_person_decided(self, role, audiences, ends_on, sees):
        assert may_see_part(role, audiences, ends_on, MONDAY) is sees
