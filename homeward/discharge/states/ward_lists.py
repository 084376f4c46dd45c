"""States of a list of the people on a hospital's wards, and the questions that one leaves open."""

from django.db import models


class ListState(models.TextChoices):
    WAITING = "waiting", "Waiting for a look"
    TAKEN = "taken", "Taken in"
    SET_ASIDE = "set_aside", "Set aside"


class ListCovers(models.TextChoices):
    """Who is on a list: this says whom one that leaves somebody out asks about."""

    HOSPITAL = "hospital", "Everybody this hospital tells us of"
    WARDS = "wards", "Only the wards that are in it"


class QuestionKind(models.TextChoices):
    """What a list or a message leaves open. Nobody is said to have left, or not to have, without an answer."""

    GONE = "gone", "No longer on the list: gone home?"
    BACK = "back", "Ended here, and on the list again: still in hospital?"
    WHEN = "when", "Said to have left, and not when: since when?"


class QuestionAnswer(models.TextChoices):
    LEFT = "left", "They left"
    STILL_THERE = "still_there", "They are still in hospital"
    ON_LIST = "on_list", "They are on a later list"
