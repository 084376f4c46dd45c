"""`homeward people index`: make the index that finds people anew."""

from django.core.management.base import BaseCommand

from homeward.people.searching.index import index_everybody


class Command(BaseCommand):
    help = "Make the index that finds people anew from the record. The service may go on running."

    def handle(self, *args, **options) -> None:
        self.stdout.write(f"{index_everybody():,} people can be found.")
