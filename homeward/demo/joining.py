"""People whom two teams visit in the same part of the day: nobody planned it, and each plan is right by itself."""

from datetime import timedelta

from homeward.demo.history import CARE, REABLING
from homeward.demo.making import Making
from homeward.demo.staff import Staff
from homeward.episodes.models import Episode
from homeward.episodes.services import add_episodes
from homeward.kernel.rules import london_day, wall_clock
from homeward.plans.models import CarePlan, VisitPattern
from homeward.plans.services import NewPattern, write_plans
from homeward.procedures.selectors import built, procedure, published_activities

# Of those with home care in the morning, who were also referred for reablement. Nobody knows the true share.
BOTH = 0.08
SUMMARY = "Practice in the morning, to wash and dress without help again."
# What both teams do, and what only reablement does
TASKS = ("reablement_practice", "personal_care")
WINDOWS = (("07:30", "09:30"), ("08:00", "10:00"), ("07:00", "09:00"))


def make_two_teams(making: Making, staff: Staff) -> int:
    """Give some people a second team that comes in the morning as well; gives how many.

    Their patterns are the planted ones: `joinable` should find them, each with the care it meets.
    """
    luck = making.luck("two teams")
    leads = staff.doing("Occupational therapist") or staff.workers
    mornings = VisitPattern.objects.filter(
        plan__episode__service=making.service, plan__episode__ended_at=None, plan__episode__pathway__code=CARE,
        plan__person__died_on=None, title="Morning care", starts_on__lt=making.today - timedelta(days=3), ends_on=None,
    ).select_related("plan__episode__person").order_by("id")  # fmt: skip
    found = list(mornings)
    chosen = [pattern for pattern in found if luck.random() < BOTH] or found[:1]
    pathway = procedure("pathway", REABLING)
    stage = next((one.code for one in built(pathway).stages[1:]), built(pathway).first_stage.code)
    titles = {code: published_activities()[code].title for code in TASKS}
    began = wall_clock(making.today - timedelta(days=3), "11:20")
    episodes = [
        Episode(
            service=making.service, person=pattern.plan.person, follows=pattern.plan.episode, pathway=pathway,
            stage=stage, started_at=max(began, pattern.plan.episode.started_at),
        )
        for pattern in chosen
    ]  # fmt: skip
    who = {"actor": making.actor, "service_id": making.service.pk, "now": making.now}
    add_episodes(episodes=episodes, events=[], **who)
    plans = []
    for episode in episodes:
        opens, closes = luck.choice(WINDOWS)
        minutes = luck.choice((30, 40))
        pattern = NewPattern(
            title="Morning practice", opens_at=opens, closes_at=closes, minutes=minutes,
            slots=[{"skill": "reablement_worker", "competences": [], "minutes": minutes}],
            tasks=[{"code": code, "title": titles[code], "is_delegated": False} for code in TASKS],
            starts_on=london_day(began) + timedelta(days=1), ends_on=london_day(began) + timedelta(days=41),
        )  # fmt: skip
        plan = CarePlan(
            person=episode.person, episode=episode, summary=SUMMARY, written_at=episode.started_at,
            written_by=luck.choice(leads).name, agreed_on=london_day(episode.started_at),
            review_on=making.today + timedelta(days=11),
        )  # fmt: skip
        plans.append((plan, ["Wash and dress without help"], [pattern]))
    write_plans(plans=plans, **who)
    return len(plans)
