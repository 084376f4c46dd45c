"""Safeguarding alerts raised before they were kept back by themselves are marked, and so is what the timeline says."""

from django.db import migrations
from django.utils import timezone


def mark(apps, schema_editor) -> None:
    """Mark the alerts; the timeline is only added to, so a correction that is marked keeps both entries back."""
    alerts = apps.get_model("people", "Alert").objects.filter(kind="safeguarding", sensitivity="")
    entries = apps.get_model("people", "TimelineEntry").objects
    ids = list(alerts.values_list("pk", flat=True))
    alerts.filter(pk__in=ids).update(sensitivity="safeguarding")
    told = entries.filter(subject_kind="alert", subject_id__in=ids, sensitivity="")
    corrected = set(entries.filter(corrects__in=told).values_list("corrects_id", flat=True))
    now = timezone.now()
    entries.bulk_create(
        [
            apps.get_model("people", "TimelineEntry")(
                person_id=one.person_id,
                happened_at=one.happened_at,
                recorded_at=now,
                kind=one.kind,
                title=one.title,
                text=one.text,
                author_name="Homeward, by itself",
                author_role="",
                employer="Homeward",
                subject_kind=one.subject_kind,
                subject_id=one.subject_id,
                sensitivity="safeguarding",
                corrects_id=one.pk,
            )
            for one in told.order_by("pk")
            if one.pk not in corrected
        ],
        batch_size=500,
    )


class Migration(migrations.Migration):
    dependencies = [("people", "0007_timeline_corrections")]

    operations = [migrations.RunPython(mark, migrations.RunPython.noop, elidable=True)]
