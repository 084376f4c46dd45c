"""Purposes, marks and seals; events written before are sealed as they are."""

from django.db import migrations, models
from django.utils import timezone


def index_lists(apps, schema_editor):
    """An index of events that showed several people: without it, who saw one person is looked for in all events."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(
            "CREATE INDEX event_list ON audit_event USING gin (people jsonb_path_ops) WHERE people <> '[]'::jsonb"
        )
    else:
        schema_editor.execute("CREATE INDEX event_list ON audit_event (at DESC) WHERE people <> '[]'")


def drop_index(apps, schema_editor):
    schema_editor.execute("DROP INDEX event_list")


def seal_what_is_there(apps, schema_editor):
    """Seal every event so far, as one that was not marked when it was written."""
    from homeward.audit.services.sealing import seal_rows

    event, seal = apps.get_model("audit", "Event"), apps.get_model("audit", "Seal")
    while seal_rows(events=event, seals=seal, now=timezone.now(), form=1, is_from_before=True):
        pass


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="Seal",
            fields=[
                ("number", models.BigIntegerField(primary_key=True, serialize=False)),
                ("sealed_at", models.DateTimeField()),
                ("form", models.PositiveSmallIntegerField(help_text="Which columns of an event are hashed: audit.rules.COLUMNS")),
                ("first_position", models.BigIntegerField(help_text="Place in the whole chain of its first event, from 1")),
                ("count", models.PositiveIntegerField()),
                ("up_to_id", models.BigIntegerField()),
                ("gaps", models.JSONField(default=list)),
                ("is_from_before", models.BooleanField(default=False)),
                ("ids", models.BinaryField(help_text="The events' numbers, 8 bytes each")),
                ("links", models.BinaryField(help_text="The events' links, 32 bytes each")),
                ("previous", models.CharField(max_length=64, help_text="Head of the seal before")),
                ("head", models.CharField(max_length=64, unique=True)),
                ("signature", models.CharField(max_length=72)),
            ],
        ),
        migrations.AddField(
            model_name="event",
            name="purpose",
            field=models.CharField(
                blank=True,
                choices=[
                    ("direct_care", "Care of the person"),
                    ("emergency", "Care beyond what ties the reader to the person, for a reason given"),
                    ("running", "Running the service"),
                    ("audit", "Watching who looks at records"),
                    ("data_rights", "Answering somebody about their own record"),
                    ("messaging", "Messages between systems"),
                ],
                default="",
                max_length=20,
            ),
        ),
        migrations.AddField(
            model_name="event",
            name="mark",
            field=models.CharField(blank=True, default="", editable=False, max_length=64),
        ),
        migrations.AddIndex(
            model_name="event", index=models.Index(fields=["service_id", "-at"], name="event_service")
        ),
        migrations.RunPython(index_lists, drop_index),
        migrations.RunPython(seal_what_is_there, migrations.RunPython.noop, elidable=True),
    ]
