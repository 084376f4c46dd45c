"""Settle what was still open of stays that had ended before their end settled it."""

from django.db import migrations
from django.db.models import OuterRef, Subquery

BY = "Homeward"


def settle(apps, schema_editor):
    stays = apps.get_model("discharge", "HospitalStay").objects.filter(pk=OuterRef("stay_id"))
    actions = apps.get_model("discharge", "NextAction").objects.filter(state="open", stay__left_at__isnull=False)
    actions.update(
        state="lapsed", blocker="", closed_at=Subquery(stays.values("left_at")), closed_by=BY,
        closed_note="The stay had ended",
    )  # fmt: skip
    items = apps.get_model("discharge", "LeavingItem").objects.filter(state="open", stay__left_at__isnull=False)
    items.update(state="lapsed", seen_to_by=BY, seen_to_at=Subquery(stays.values("left_at")))
    places = apps.get_model("discharge", "HuddleItem").objects.filter(
        huddle__ended_at__isnull=True, opened_at__isnull=True, stay__left_at__isnull=False,
        state__in=("waiting", "later"),
    )  # fmt: skip
    places.update(state="gone")


class Migration(migrations.Migration):
    dependencies = [("discharge", "0008_what_is_left_over")]

    operations = [migrations.RunPython(settle, migrations.RunPython.noop, elidable=True)]
