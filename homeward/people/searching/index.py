"""Keeping the index: in the transaction that changes a person, and all of it anew when asked."""

from collections.abc import Iterable
from itertools import islice

from django.db import transaction

from homeward.people.models import Address, Identifier, NameWord, Person, SearchEntry
from homeward.people.searching.engine import engine
from homeward.people.searching.terms import WORD, Recorded, sound_of, terms_of

AT_ONCE = 2000


def index_people(person_ids: Iterable[int]) -> None:
    """Bring the index up to date with these people, inside the transaction that changed them.

    Somebody merged into another record is found as that other one, by all either was known by.
    """
    numbers = iter(dict.fromkeys(person_ids))
    while chunk := list(islice(numbers, AT_ONCE)):
        _index(_kept_with(chunk))


@transaction.atomic
def index_everybody() -> int:
    """Make the index anew from the record; gives how many people can be found."""
    engine().empty()
    SearchEntry.objects.all()._raw_delete(using="default")
    NameWord.objects.all()._raw_delete(using="default")
    last = 0
    while chunk := list(Person.objects.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:AT_ONCE]):
        last = chunk[-1]
        _index(_kept_with(chunk))
    engine().settle()
    return SearchEntry.objects.count()


def everybody_in(person_ids: Iterable[int]) -> dict[int, list[int]]:
    """Each of these records with the numbers of all records merged into it, however long ago, itself first."""
    groups = {number: [number] for number in person_ids}
    newest = {number: number for number in groups}
    while newest:
        merged = Person.objects.filter(merged_into__in=list(newest)).values_list("pk", "merged_into")
        found = {number: newest[into] for number, into in merged if number not in newest}
        for number, first in found.items():
            groups[first].append(number)
        newest = found
    return groups


def _kept_with(chunk: list[int]) -> list[int]:
    """The records these people are found as: themselves, or what they were merged into."""
    found = set(chunk)
    waiting = list(chunk)
    while waiting:
        into = Person.objects.filter(pk__in=waiting, merged_into__isnull=False).values_list("merged_into", flat=True)
        waiting = [number for number in into if number not in found]
        found.update(waiting)
    return sorted(found)


def _index(person_ids: list[int]) -> None:
    people = list(Person.objects.filter(pk__in=person_ids).values_list("pk", "service_id", "merged_into"))
    kept = {number: service for number, service, into in people if into is None}
    terms = {number: " ".join(each) for number, each in _terms(list(kept)).items()}
    before = dict(SearchEntry.objects.filter(person_id__in=person_ids).values_list("person_id", "terms"))
    gone = [number for number in before if number not in kept]
    changed = [number for number in kept if before.get(number) != terms[number]]
    known = [(number, before[number]) for number in [*gone, *changed] if number in before]
    if known:
        engine().take_out(known)
        SearchEntry.objects.filter(person_id__in=[number for number, _ in known]).delete()
    SearchEntry.objects.bulk_create(
        [SearchEntry(person_id=number, service_id=kept[number], terms=terms[number]) for number in changed],
        batch_size=500,
    )
    engine().add([(number, terms[number]) for number in changed])
    _learn(term[1:] for number in changed for term in terms[number].split() if term[0] == WORD)


def _terms(person_ids: list[int]) -> dict[int, list[str]]:
    groups = everybody_in(person_ids)
    everyone = [number for group in groups.values() for number in group]
    rows = {
        row[0]: row[1:]
        for row in Person.objects.filter(pk__in=everyone).values_list(
            "pk", "given_name", "family_name", "preferred_name", "other_names", "birth_date", "birth_text",
            "nhs_number", "phone", "reference",
        )
    }  # fmt: skip
    postcodes: dict[int, list[str]] = {}
    for number, postcode in Address.objects.filter(person_id__in=everyone).values_list("person_id", "postcode"):
        postcodes.setdefault(number, []).append(postcode)
    identifiers: dict[int, list[str]] = {}
    for number, value in Identifier.objects.filter(person_id__in=everyone).values_list("person_id", "value"):
        identifiers.setdefault(number, []).append(value)
    found = {}
    for kept, group in groups.items():
        names: list[str] = []
        dates, texts, numbers, phones, codes, references = [], [], [], [], [], []
        for number in group:
            given, family, preferred, others, birth, text, nhs, phone, reference = rows[number]
            names += [f"{given} {family}", preferred, *others.split("\n")]
            dates += [birth] if birth else []
            texts.append(text)
            numbers.append(nhs)
            phones.append(phone)
            codes += postcodes.get(number, ())
            references += [reference, *identifiers.get(number, ())]
        found[kept] = terms_of(
            Recorded(
                tuple(names), tuple(dates), tuple(texts), tuple(numbers), tuple(phones), tuple(codes), tuple(references)
            )
        )
    return found


def _learn(words: Iterable[str]) -> None:
    """Add the words nobody was called before, in one order so that two who add at once wait in turn."""
    wanted = sorted(set(words))
    for place in range(0, len(wanted), AT_ONCE):
        some = wanted[place : place + AT_ONCE]
        known = set(NameWord.objects.filter(word__in=some).values_list("word", flat=True))
        new = [word for word in some if word not in known]
        NameWord.objects.bulk_create(
            [NameWord(word=word, sound=sound_of(word)) for word in new], batch_size=500, ignore_conflicts=True
        )
        engine().add_words(new)
