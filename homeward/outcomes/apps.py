"""Lays the triggers that tell the copy of the facts what changed, after every migrate."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate


def _lay(sender, using, **kwargs):
    from homeward.outcomes.facts.touching import lay_triggers

    lay_triggers(using)


class OutcomesConfig(AppConfig):
    name = "homeward.outcomes"

    def ready(self) -> None:
        post_migrate.connect(_lay, sender=self, dispatch_uid="homeward-touched-rows")
