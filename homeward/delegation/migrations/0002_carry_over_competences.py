"""Places from before: competences that stood among a worker's skills become sign-offs, and what plans left to care
workers becomes delegated.

Until now whoever had a competence among their skills could be sent to anybody whose plan asked for it. So that nobody's
visits stop with this release, that is carried over as it was, says so on every row, and ends by itself after 13 weeks
(a local decision: the first warning comes at eight): by then a registered professional has looked at each again.
Nobody is named as having signed or decided, because nobody had. A place whose plans leave nothing to delegate, as one
imported as rounds without plans, is left alone and goes by skills as before.
"""

import secrets
from datetime import timedelta

from django.db import migrations
from django.utils import timezone

LASTS = timedelta(weeks=13)
FROM_BEFORE = "Carried over: it stood among the worker's skills before sign-offs were kept here."
BY_THE_PLAN = "Carried over: the plan left it to care workers before decisions were kept here."
AS_PLANNED = "As the person's plan says. A registered professional has yet to write more."
CALL = "Phone the team's nurse, or 111 when nobody answers."


def newest_activities(apps):
    """The newest published definition of every activity, by code."""
    newest = {}
    for row in apps.get_model("procedures", "Procedure").objects.filter(kind="activity").order_by("version"):
        newest[row.code] = row.definition
    return newest


def carry_over(apps, schema_editor):
    activities = newest_activities(apps)
    asked = {}  # the competence each activity asks for, and whether by person
    for code, said in activities.items():
        delegable = said.get("delegable") or {}
        if delegable.get("competence"):
            asked[code] = (delegable["competence"], delegable.get("is_person_specific", True))
    competences = {competence for competence, _ in asked.values()}
    worker_model = apps.get_model("teams", "Worker")
    able = {}  # workers by service and competence
    for worker in worker_model.objects.filter(is_active=True).order_by("pk"):
        for competence in competences.intersection(worker.skills):
            able.setdefault((worker.service_id, competence), []).append(worker)
    if not able:
        return
    now = timezone.now()
    ends_on = timezone.localdate(now) + LASTS
    sign_off, declaration = apps.get_model("delegation", "SignOff"), apps.get_model("delegation", "Declaration")
    delegation = apps.get_model("delegation", "Delegation")
    asked_worker = apps.get_model("delegation", "DelegationWorker")
    kept = set(sign_off.objects.values_list("worker__service_id", flat=True))
    tasks = tasks_of(apps, activities, now)
    delegating = {service_id for service_id, _ in tasks} - kept

    def signed(worker, competence, person_id):
        return sign_off(
            worker=worker, competence=competence, person_id=person_id, carried_over=FROM_BEFORE, signed_at=now,
            review_on=ends_on, ends_on=ends_on, passport_code=secrets.token_urlsafe(18),
        )  # fmt: skip

    sign_offs, said = [], []
    for (service_id, competence), workers in able.items():
        if service_id not in delegating:
            continue
        for worker in workers:
            said += [
                declaration(
                    worker=worker, organisation_id=worker.organisation_id, competence=competence, kind=kind, at=now,
                    text=FROM_BEFORE, by_name="Carried over",
                )
                for kind in ("worker_accepts", "employer_answers")
            ]  # fmt: skip
            if any(other == competence and not by_person for other, by_person in asked.values()):
                sign_offs.append(signed(worker, competence, None))
    declaration.objects.bulk_create(said, batch_size=500)
    delegations, workers_asked, by_name = [], [], set()
    for (service_id, person_id), (episode_id, codes) in sorted(tasks.items()):
        if service_id not in delegating:
            continue
        for code in sorted(codes & asked.keys()):
            competence, by_person = asked[code]
            row = delegation(
                service_id=service_id, person_id=person_id, episode_id=episode_id, activity_code=code, state="active",
                carried_over=BY_THE_PLAN, instructions=AS_PLANNED, if_out_of_range=CALL,
                review_on=ends_on, made_at=now,
            )  # fmt: skip
            delegations.append(row)
            if not by_person:
                continue
            for worker in able.get((service_id, competence), ()):
                if (worker.pk, competence, person_id) not in by_name:
                    by_name.add((worker.pk, competence, person_id))
                    sign_offs.append(signed(worker, competence, person_id))
                workers_asked.append(
                    asked_worker(
                        delegation=row, worker=worker, answer="accepted", asked_at=now, answered_at=now,
                        reason="Carried over",
                    )
                )  # fmt: skip
    sign_off.objects.bulk_create(sign_offs, batch_size=500)
    delegation.objects.bulk_create(delegations, batch_size=500)
    for row in workers_asked:
        row.delegation_id = row.delegation.pk
    asked_worker.objects.bulk_create(workers_asked, batch_size=500)


def tasks_of(apps, activities, now):
    """What the current plans of open episodes leave to somebody else than the profession it belongs to: by service and
    person, the episode and the codes of the activities."""
    today = timezone.localdate(now)
    implies = {skill.code: skill.implies for skill in skills_shipped()}
    newest = {}
    plans = apps.get_model("plans", "CarePlan").objects.filter(episode__ended_at__isnull=True)
    for pk, episode_id, service_id, person_id in plans.order_by("version").values_list(
        "pk", "episode_id", "episode__service_id", "person_id"
    ):
        newest[episode_id] = (pk, service_id, person_id)
    by_plan = {pk: (episode_id, service_id, person_id) for episode_id, (pk, service_id, person_id) in newest.items()}
    found = {}
    patterns = apps.get_model("plans", "VisitPattern").objects.exclude(ends_on__lt=today)
    for pattern in patterns.iterator():
        if pattern.plan_id not in by_plan:
            continue
        episode_id, service_id, person_id = by_plan[pattern.plan_id]
        coming = set()
        waiting = [slot.get("skill", "") for slot in pattern.slots]
        while waiting:
            code = waiting.pop()
            if code not in coming:
                coming.add(code)
                waiting.extend(implies.get(code, ()))
        for task in pattern.tasks:
            said = activities.get(task.get("code", ""))
            if said and said.get("delegable") and said["skill"] not in coming:
                found.setdefault((service_id, person_id), (episode_id, set()))[1].add(said["code"])
    return found


def skills_shipped():
    """The words for skills that ship: they are kept in files, not in the record."""
    from homeward.procedures.selectors import library

    return library().skills


class Migration(migrations.Migration):
    dependencies = [
        ("delegation", "0001_initial"),
        ("episodes", "0002_the_desk"),
        ("plans", "0002_plan_as_a_document"),
        ("procedures", "0002_drafts_and_origin"),
        ("teams", "0004_registrations_and_training"),
    ]

    operations = [migrations.RunPython(carry_over, migrations.RunPython.noop, elidable=True)]
