"""Reading plans."""

from homeward.access.rules import Actor, Permission, require
from homeward.people.models import Person
from homeward.plans.models import CarePlan


def current_plans(actor: Actor, person: Person) -> list[CarePlan]:
    """The newest plan of each of a person's open episodes, with goals and visit patterns.

    `person` comes from `people.selectors.person_for`, which checked and audited the opening.

    Raises: NotAllowedError.
    """
    require(actor, Permission.SEE_PEOPLE, person.service_id)
    newest: dict[int, CarePlan] = {}
    plans = CarePlan.objects.filter(person=person, episode__ended_at__isnull=True).order_by("version")
    for plan in (
        plans.select_related("episode__pathway")
        .defer("episode__pathway__definition")
        .prefetch_related("goals", "patterns")
    ):
        newest[plan.episode_id] = plan
    return list(newest.values())
