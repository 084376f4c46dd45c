"""Lays the append-only triggers after every migrate."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate


def _lay(sender, using, **kwargs):
    from homeward.audit.append_only import lay_triggers

    lay_triggers(using)


class AuditConfig(AppConfig):
    name = "homeward.audit"

    def ready(self) -> None:
        post_migrate.connect(_lay, sender=self, dispatch_uid="homeward-append-only")
