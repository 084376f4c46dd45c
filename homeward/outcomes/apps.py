"""Lays the triggers that tell the copy of the facts what changed, after every migrate."""

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import Error, register
from django.db.models.signals import post_migrate


def _lay(sender, using, **kwargs):
    from homeward.outcomes.facts.touching import lay_triggers

    lay_triggers(using)


def _check_audiences(app_configs, **kwargs) -> list[Error]:
    """Stop at the start where the setting names what there is not, and not on a page that somebody opens."""
    if not settings.AUDIENCES:
        return []  # and spare every command the reading of the measures
    from homeward.outcomes.measures.audiences import UnknownAudienceError, audiences

    try:
        audiences()
    except UnknownAudienceError as error:
        return [Error(str(error), hint="Correct the file that HOMEWARD_AUDIENCES names.", id="homeward.E001")]
    return []


def _check_deprivation(app_configs, **kwargs) -> list[Error]:
    """Stop at the start where the file of deciles is missing or wrong, and not while the record is copied."""
    if not settings.DEPRIVATION_FILE:
        return []
    from homeward.kernel.rules import RefusedError
    from homeward.outcomes.facts.people import deciles_by_area

    try:
        deciles_by_area()
    except RefusedError as error:
        hint = "Each line is a postcode or postcode sector and its decile, such as DE1 3DA,4. docs/guides/measures.md"
        return [Error(str(error), hint=hint, id="homeward.E002")]
    return []


class OutcomesConfig(AppConfig):
    name = "homeward.outcomes"

    def ready(self) -> None:
        register(_check_audiences)
        register(_check_deprivation)
        post_migrate.connect(_lay, sender=self, dispatch_uid="homeward-touched-rows")
