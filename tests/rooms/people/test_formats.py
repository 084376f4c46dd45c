"""How letters must be made, from what people ask for."""

import pytest

from homeward.people.rules import ABOUT_ME, Format, formats_for, points_in
from homeward.people.states import NeedKind

USUAL = Format()


class TestFormatsFor:
    @pytest.mark.parametrize(
        ("needs", "reads_in", "wanted"),
        [
            ([], "", Format()),
            ([("large_print", "")], "", Format(points=16)),
            ([("large_print", "20 point at least")], "", Format(points=20)),
            ([("large_print", "10pt will do")], "", Format(points=16)),
            ([("large_print", "72 point")], "", Format(points=36)),
            ([("large_print", "18 point"), ("large_print", "Arial, 24-point")], "", Format(points=24)),
            ([("easy_read", "")], "", Format(points=14, is_easy_read=True)),
            ([("easy_read", ""), ("large_print", "")], "", Format(points=16, is_easy_read=True)),
            ([("audio", "A CD")], "", Format(is_audio=True)),
            ([("braille", "Grade 2")], "", Format(is_braille=True)),
            ([("email", "")], "", Format(is_plain_email=True, sent_by="email")),
            ([("email", ""), ("text_message", "")], "", Format(is_plain_email=True, sent_by="email")),
            ([("text_message", "")], "", Format(sent_by="text message")),
            ([("coloured_paper", "Pale yellow paper, please")], "", Format(paper="pale yellow")),
            ([("coloured_paper", "on yellow")], "", Format(paper="yellow")),
            ([("coloured_paper", "")], "", Format(paper="coloured")),
            ([("bsl", "")], "", Format(is_signed=True)),
            ([], "Punjabi", Format(language="Punjabi")),
            ([], "English", Format()),
            ([("low_vision", "")], "", Format(to_ask=("They have low vision: ask how letters should be made",))),
            ([("low_vision", ""), ("large_print", "")], "", Format(points=16)),
            ([("hearing_aid", ""), ("dementia", ""), ("other", "Sit on her left")], "", Format()),
            (
                [("large_print", "18 point"), ("coloured_paper", "cream")],
                "Urdu",
                Format(points=18, paper="cream", language="Urdu"),
            ),
        ],
    )
    def test_says_how_letters_are_made(self, needs, reads_in, wanted):
        assert formats_for(needs, reads_in) == wanted

    @pytest.mark.parametrize("kind", NeedKind.values)
    def test_takes_every_kind_of_need(self, kind):
        assert isinstance(formats_for([(kind, "")]), Format)


class TestFormat:
    def test_is_usual_where_nothing_is_asked(self):
        assert USUAL.is_usual
        assert not formats_for([("braille", "")]).is_usual

    def test_says_in_words_what_to_do(self):
        made = formats_for([("large_print", "20 point"), ("coloured_paper", "yellow"), ("email", "")], "Polish")
        assert made.in_words() == (
            "Translated into Polish",
            "Large print, 20 point",
            "On yellow paper",
            "By email as plain text",
        )


class TestPointsIn:
    @pytest.mark.parametrize(
        ("text", "points"), [("", 0), ("18 point", 18), ("18pt or 20 pt", 20), ("born 1940", 0), ("A5 paper", 0)]
    )
    def test_reads_a_size(self, text, points):
        assert points_in(text) == points


class TestAboutMe:
    def test_has_each_heading_once(self):
        assert len({heading.code for heading in ABOUT_ME}) == len(ABOUT_ME)
