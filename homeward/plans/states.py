"""The fixed lists of this room."""

from django.db import models


class Doer(models.TextChoices):
    """Who does something."""

    STAFF = "staff", "Our team"
    PERSON = "person", "The person"
    FAMILY = "family", "Family or friends"
    SERVICE = "service", "Another service"


class HowOften(models.TextChoices):
    DAILY = "daily", "Every day"
    DAYS = "days", "On set days"
    ONCE = "once", "Once"
    AS_NEEDED = "as_needed", "When needed"


class TimeOfDay(models.TextChoices):
    MORNING = "morning", "Morning"
    MIDDAY = "midday", "Midday"
    TEATIME = "teatime", "Teatime"
    BEDTIME = "bedtime", "Bedtime"
    ANY = "any", "Any time of the day"


class AgreedHow(models.TextChoices):
    """By what right a plan is agreed (Mental Capacity Act 2005)."""

    PERSON = "person", "The person agrees"
    POWER = "power", "Somebody with the power to decide agrees for them"
    BEST_INTERESTS = "best_interests", "Decided in their best interests"
    NOT_AGREED = "not_agreed", "Not agreed"


class DraftState(models.TextChoices):
    OPEN = "open", "Being written"
    PUBLISHED = "published", "Became a version"
    DISCARDED = "discarded", "Put aside"


class CareOutcome(models.TextChoices):
    """The ten outcomes of the Care and Support (Eligibility Criteria) Regulations 2015, regulation 2, in our words."""

    NUTRITION = "nutrition", "Eating and drinking"
    HYGIENE = "hygiene", "Keeping clean"
    TOILET = "toilet", "Using the toilet"
    CLOTHING = "clothing", "Being dressed"
    HOME_SAFELY = "home_safely", "Getting about the home safely"
    HOME_KEPT = "home_kept", "Keeping the home fit to live in"
    RELATIONSHIPS = "relationships", "Family, friends and company"
    WORK = "work", "Work, learning and volunteering"
    COMMUNITY = "community", "Getting out and using local places"
    CHILDREN = "children", "Looking after a child"


class WrapPart(models.TextChoices):
    """The parts of a wellness recovery action plan, as the person would say them."""

    DAILY = "daily", "My daily plan"
    TRIGGERS = "triggers", "Things that may set me back"
    EARLY_SIGNS = "early_signs", "Early signs"
    BREAKING_DOWN = "breaking_down", "When things are breaking down"
    CRISIS = "crisis", "My crisis plan"
    AFTER = "after", "After a crisis"


class WrapAudience(models.TextChoices):
    """With whom somebody may share a part of their recovery plan."""

    TEAM = "team", "Everyone who cares for me"
    PROFESSIONALS = "professionals", "My nurses, therapists and case manager"
    CRISIS_TEAM = "crisis_team", "Those who come in a crisis"
    FRONT_DOOR = "front_door", "Those who answer the phone"


class WishKind(models.TextChoices):
    """What is noted of who may visit somebody."""

    WOMAN = "woman", "A woman only"
    MAN = "man", "A man only"
    LANGUAGE = "language", "Somebody who speaks their language"
    PREFERRED = "preferred", "Rather this worker"
    NOT = "not", "Not this worker"
    DOG = "dog", "A dog lives there"
    CAT = "cat", "A cat lives there"

    @classmethod
    def about_a_worker(cls) -> list[str]:
        """The kinds that name one worker."""
        return [cls.NOT.value, cls.PREFERRED.value]


class TraitKind(models.TextChoices):
    """What matters of a worker where people may ask for it, or a home may not suit them."""

    WOMAN = "woman", "Is a woman"
    MAN = "man", "Is a man"
    LANGUAGE = "language", "Speaks"
    NO_DOGS = "no_dogs", "Cannot be with dogs"
    NO_CATS = "no_cats", "Cannot be with cats"
