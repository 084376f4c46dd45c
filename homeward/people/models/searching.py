"""What finds somebody."""

from django.db import models

from homeward.people.models.person import Person
from homeward.teams.models import Service


class SearchEntry(models.Model):
    """What one person can be found by, for the index. Made from the record and safe to make again."""

    person = models.OneToOneField(Person, primary_key=True, on_delete=models.CASCADE, related_name="search_entry")
    service = models.ForeignKey(Service, on_delete=models.CASCADE, related_name="+")
    terms = models.TextField(help_text="Terms with spaces between, see people.searching.terms")


class NameWord(models.Model):
    """A word that somebody, in any service, is or was called; finds the word meant when one is misspelt."""

    word = models.CharField(max_length=40, unique=True)
    sound = models.CharField(max_length=40, blank=True, db_index=True)
