"""National figures that were kept stand beside ours, with their place, period and file."""

from datetime import date

import pytest
from django.urls import reverse

from homeward.access.rules import Actor, NotAllowedError, Role
from homeward.outcomes.models import NationalFigure
from homeward.outcomes.national.figures import Figure, Unit
from homeward.outcomes.selectors import national_figures
from homeward.outcomes.services import keep_figures

HERE = reverse("results:measure", args=["M03"])


def figure(place="England", code="National", month=4, value: float | None = 0.5, measure="M03", **more) -> Figure:
    told = {"numerator": None, "denominator": None, "unit": Unit.SHARE} | more
    return Figure(
        measure=measure, says="Seen within 2 hours", place_code=code, place=place, first=date(2026, month, 1),
        last=date(2026, month, 28), value=value, file="made-up.json", sheet="months", **told,
    )  # fmt: skip


@pytest.fixture
def keep(now):
    """Keeps figures as a file of a name."""

    def one(*figures: Figure, file: str = "made-up.json") -> int:
        return keep_figures(actor=Actor.system("tests"), file=file, figures=figures, now=now)

    return one


def test_of_england_and_the_places_that_were_set_are_shown_newest_alone(sign_in, copied, keep, settings):
    settings.NATIONAL_PLACES = ("QX1",)
    keep(figure(value=0.111), figure(month=5, value=0.8462, numerator=11, denominator=13),
         figure("Here and There", "QX1", value=0.7), figure("Far Away", "QZ9", value=0.6))  # fmt: skip
    page = sign_in(Role.PERFORMANCE_LEAD).get(HERE).content.decode()
    assert "From national files (2)" in page
    assert "84.6% (11 of 13)" in page
    assert "Here and There" in page
    assert "made-up.json, months" in page
    assert "11.1%" not in page
    assert "Far Away" not in page


def test_are_left_out_where_none_was_kept(sign_in, copied):
    assert "From national files" not in sign_in(Role.PERFORMANCE_LEAD).get(HERE).content.decode()


def test_of_a_file_read_again_take_the_place_of_what_it_said(db, keep):
    assert keep(figure(), figure(month=5)) == 2
    assert keep(figure(value=0.6), figure(value=None), figure(measure="")) == 1
    keep(figure(month=6), file="another.json")
    assert sorted(NationalFigure.objects.values_list("value", "file")) == [(0.5, "another.json"), (0.6, "made-up.json")]


def test_are_kept_and_read_by_whoever_may(actor_with, now):
    with pytest.raises(NotAllowedError):
        keep_figures(actor=actor_with(Role.PERFORMANCE_LEAD), file="x", figures=[], now=now)
    with pytest.raises(NotAllowedError):
        national_figures(actor_with(Role.ADMINISTRATOR), "M03", ())
