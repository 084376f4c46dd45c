"""Makes the index that finds people, once, where records are older than it."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate


def _index(sender, using, **kwargs):
    from homeward.people.models import Person, SearchEntry
    from homeward.people.searching.index import index_everybody

    if Person.objects.using(using).exists() and not SearchEntry.objects.using(using).exists():
        index_everybody()


class PeopleConfig(AppConfig):
    name = "homeward.people"

    def ready(self) -> None:
        post_migrate.connect(_index, sender=self, dispatch_uid="homeward-people-index")
