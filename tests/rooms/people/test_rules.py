"""Is this the same person?"""

from datetime import date

import pytest

from homeward.people.rules import Identity, digits_of, likeness, read_nhs_number

IVY = Identity("Ivy", "Okafor", date(1941, 3, 9), "9990000018", True, "DE1 3DA", "07700 900123")


def like(**changes) -> Identity:
    return Identity(**{name: changes.get(name, getattr(IVY, name)) for name in Identity.__slots__})


class TestLikeness:
    @pytest.mark.parametrize(
        ("other", "is_likely", "is_possible"),
        [
            pytest.param(like(), True, True, id="everything agrees"),
            pytest.param(
                Identity(nhs_number="9990000018", is_nhs_number_verified=True), True, True, id="verified number"
            ),
            pytest.param(
                Identity(nhs_number="9990000018", is_nhs_number_verified=False), False, False, id="unverified number"
            ),
            pytest.param(Identity("Ivy", "Okafor", date(1941, 3, 9)), True, True, id="name and birth date"),
            pytest.param(Identity("Ivy", "Okafor"), False, False, id="name alone"),
            pytest.param(Identity("Ivy", "Okafor", postcode="DE1 3DA"), False, True, id="name and postcode"),
            pytest.param(Identity("Ivie", "Okafer", date(1941, 3, 9)), False, True, id="misspelt with birth date"),
            pytest.param(Identity("Okafor", "Ivy", date(1941, 3, 9)), False, True, id="names swapped"),
            pytest.param(Identity("Ivy", "Okafor", date(1941, 9, 3)), False, True, id="day and month swapped"),
            pytest.param(Identity("Olu", "Okafor", date(1970, 1, 1), postcode="DE1 3DA"), False, False, id="relative"),
            pytest.param(Identity(), False, False, id="nothing known"),
        ],
    )
    def test_weighs_what_agrees(self, other, is_likely, is_possible):
        alike = likeness(IVY, other)
        assert (alike.is_likely, alike.is_possible) == (is_likely, is_possible), alike

    def test_says_why(self):
        assert likeness(IVY, like(nhs_number="")).reasons == (
            "same date of birth",
            "same name",
            "same postcode",
            "same phone number",
        )

    def test_is_the_same_from_both_sides(self):
        other = like(given_name="Ivie", birth_date=date(1941, 3, 8))
        assert likeness(IVY, other).points == likeness(other, IVY).points


class TestPhone:
    @pytest.mark.parametrize(
        ("text", "digits"),
        [("+44 7700 900123", "07700900123"), ("07700 900 123", "07700900123"), ("123", ""), ("", "")],
    )
    def test_is_compared_by_its_digits(self, text, digits):
        assert digits_of(text) == digits


class TestReadNhsNumber:
    def test_keeps_a_wrong_number_and_does_not_trust_it(self):
        assert read_nhs_number("123 456 7890") == ("1234567890", False)
