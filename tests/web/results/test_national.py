"""National figures that were kept stand beside ours, with their place, period and file."""

import re
from calendar import monthrange
from dataclasses import replace
from datetime import date

import pytest
from django.urls import reverse

from homeward.access.rules import Actor, NotAllowedError, Role
from homeward.outcomes.measures.definition import By
from homeward.outcomes.measures.definition import Unit as MeasureUnit
from homeward.outcomes.models import NationalFigure
from homeward.outcomes.national.figures import Figure, Unit
from homeward.outcomes.selectors import national_figures
from homeward.outcomes.services import keep_figures
from homeward.web.results.national import NationalSeries, beside
from homeward.web.results.presenters import present_measure
from tests.web.results.test_presenters import of

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


@pytest.fixture
def published(keep, settings):
    """A year of England, one figure of a place that was set, and a count, of which no line can be compared."""
    settings.NATIONAL_PLACES = ("QX1",)
    keep(
        *(replace(figure(value=0.8 + month / 100), last=monthrange_end(month), first=date(2026, month, 1))
          for month in range(1, 7)),
        figure("Here and There", "QX1", value=0.7), figure(unit=Unit.COUNT, value=70_000),
    )  # fmt: skip


def monthrange_end(month: int) -> date:
    return date(2026, month, monthrange(2026, month)[1])


def test_have_a_table_of_their_own_once_they_are_asked_for(sign_in, copied, published):
    lead = sign_in(Role.PERFORMANCE_LEAD)
    unasked = lead.get(HERE).content.decode()
    (code,) = re.findall(r'<option value="(\w+)">England: seen within 2 hours</option>', unasked)
    assert "Published: England" not in unasked
    page = lead.get(HERE, {"national": code}).content.decode()
    table = page.split("Published: England: seen within 2 hours, newest first")[1].split("</table>")[0]
    assert re.findall(r"\d\d\.0%", table) == ["86.0%", "85.0%", "84.0%", "83.0%", "82.0%", "81.0%"]
    assert "June 2026" in table
    assert "From made-up.json. Another place" in page


@pytest.mark.parametrize(
    ("counted", "heads"),
    [
        ({}, ["Period", "Value"]),
        ({"denominator": 200}, ["Period", "Value", "Denominator"]),
        ({"numerator": 150, "denominator": 200}, ["Period", "Value", "Numerator", "Denominator", "95% interval"]),
    ],
)
def test_have_no_column_for_what_nobody_published(sign_in, copied, keep, counted, heads):
    months = (replace(figure(value=0.75, **counted), first=date(2026, m, 1), last=monthrange_end(m)) for m in (4, 5))
    keep(*months)
    lead = sign_in(Role.PERFORMANCE_LEAD)
    (code,) = re.findall(r'value="(\w+)">England: seen', lead.get(HERE).content.decode())
    page = lead.get(HERE, {"national": code}).content.decode()
    table = page.split("Published: England: seen within 2 hours, newest first")[1].split("</table>")[0]
    assert re.findall(r'<th scope="col">([^<]+)</th>', table) == heads
    assert "–" not in table


def test_are_drawn_beside_ours_and_change_nothing_of_it():
    # ours from January 2025 on, published from October: the chart begins three months earlier
    found = of(MeasureUnit.SHARE, [(9, 10), (8, 10), (7, 10), (9, 10)])
    values = {date(2024, 10, 1): 0.5, date(2024, 12, 1): 0.6, date(2025, 2, 1): 0.7}
    series = NationalSeries("x", "England: seen within 2 hours", (), "made-up.json", values)
    earlier, besides = beside(series, found.points, By.MONTH)
    assert [point.first.month for point in earlier] == [10, 11, 12]
    alone, both = present_measure(found), present_measure(found, besides=besides, earlier=earlier)
    drawn = both.charts[0].besides[0]
    assert [words for *_, words in drawn[3]] == [
        "England: seen within 2 hours, Oct 24: 50%",
        "England: seen within 2 hours, Dec 24: 60%",
        "England: seen within 2 hours, Feb 25: 70%",
    ]
    places = {mark.says: mark.x for mark in both.charts[0].marks}
    assert drawn[3][2][0] == places["Feb 25: 80%"]  # the same month stands at the same place
    assert drawn[3][0][0] < drawn[3][1][0] < min(places.values())
    # another series moves no limit and marks no point of ours
    assert (both.rows, both.look, both.months) == (alone.rows, alone.look, alone.months)
    assert [(one.says, one.kind) for one in both.charts[0].marks] == [(m.says, m.kind) for m in alone.charts[0].marks]
    assert [one.says for one in both.charts[0].lines] == [one.says for one in alone.charts[0].lines]


def test_of_months_are_the_mean_of_each_whole_quarter_on_a_page_by_quarter(sign_in, copied, published):
    lead = sign_in(Role.PERFORMANCE_LEAD)
    page = lead.get(HERE, {"by": "quarter"}).content.decode()
    (code,) = re.findall(r'value="(\w+)">England: seen within 2 hours, mean of the three months</option>', page)
    asked = lead.get(HERE, {"by": "quarter", "national": code}).content.decode()
    table = asked.split("mean of the three months, newest first")[1].split("</table>")[0]
    assert re.findall(r"\d\d\.0%", table) == ["85.0%", "82.0%"]  # 84, 85, 86 and 81, 82, 83


@pytest.mark.parametrize("asked", [{"national": "nobody"}, {"by": "day"}, {"national": ""}])
def test_are_not_drawn_where_no_such_series_is(sign_in, copied, published, asked):
    page = sign_in(Role.PERFORMANCE_LEAD).get(HERE, asked)
    assert page.status_code == 200
    assert "hw-mark--published" not in page.content.decode()
