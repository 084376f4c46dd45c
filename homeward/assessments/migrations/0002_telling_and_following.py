"""Who was told of a score, what a form follows, how sensitive it is, and which form a service chose."""

import django.db.models.deletion
from django.db import migrations, models

SENSITIVITY = [
    ("safeguarding", "Safeguarding"),
    ("sexual_health", "Sexual health"),
    ("staff", "Somebody who works here"),
    ("adoption", "Adoption or change of identity"),
]


class Migration(migrations.Migration):
    dependencies = [
        ("assessments", "0001_first"),
        ("people", "0004_choices_and_broken_glass"),
        ("teams", "0001_initial"),
    ]

    operations = [
        migrations.AddField("filledform", "follows", models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="followed_by", to="assessments.filledform")),
        migrations.AddField("filledform", "sensitivity", models.CharField(blank=True, choices=SENSITIVITY, default="", max_length=16)),
        migrations.AddField("answerchange", "is_confirmation", models.BooleanField(default=False)),
        migrations.CreateModel(
            name="ScoreOwed",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("score", models.SlugField(max_length=60)),
                ("band", models.SlugField(max_length=60)),
                ("title", models.CharField(max_length=80)),
                ("because", models.CharField(max_length=250)),
                ("owed_since", models.DateTimeField()),
                ("owed_by", models.DateTimeField()),
                ("service", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="scores_owed", to="teams.service")),
                ("person", models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="scores_owed", to="people.person")),
                ("filled_form", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="scores_owed", to="assessments.filledform")),
            ],
        ),
        migrations.CreateModel(
            name="ScoreTold",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("told_name", models.CharField(max_length=120)),
                ("told_role", models.CharField(max_length=120)),
                ("told_at", models.DateTimeField()),
                ("said", models.TextField()),
                ("recorded_at", models.DateTimeField()),
                ("actor_name", models.CharField(max_length=200)),
                ("actor_role", models.CharField(blank=True, max_length=120)),
                ("employer", models.CharField(blank=True, max_length=200)),
                ("owed", models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name="told", to="assessments.scoreowed")),
            ],
        ),
        migrations.CreateModel(
            name="FormChosen",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("choice", models.SlugField(max_length=60)),
                ("form_code", models.SlugField(max_length=60)),
                ("chosen_at", models.DateTimeField()),
                ("actor_name", models.CharField(max_length=200)),
                ("service", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="forms_chosen", to="teams.service")),
            ],
        ),
        migrations.AddIndex("formchosen", models.Index(fields=["service", "choice", "-id"], name="forms_chosen_newest")),
        migrations.AddIndex("scoreowed", models.Index(fields=["service", "owed_since"], name="scores_owed_of_service")),
        migrations.AddIndex("scoreowed", models.Index(fields=["person"], name="scores_owed_of_person")),
        migrations.AddConstraint("scoreowed", models.UniqueConstraint(fields=("filled_form", "score"), name="score_owed_once")),
    ]
