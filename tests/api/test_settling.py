"""Plain FHIR JSON in the shape of the standard, and what did not fit."""

from decimal import Decimal

import pytest

from homeward.api.fhir.settling import settle


class TestSettle:
    @pytest.mark.parametrize(
        ("given", "settled", "said"),
        [
            ({"gender": "nonsense"}, {"gender": "nonsense"}, "is not one of male, female, other, unknown"),
            ({"gender": ["female", "male"]}, {"gender": "female"}, "there 2 times"),
            ({"name": {"family": "Hollis"}}, {"name": [{"family": "Hollis"}]}, "should be a list"),
            ({"name": "Edith Hollis"}, {}, "not a bare value: Edith Hollis"),
            ({"active": "true"}, {"active": True}, "read as yes"),
            ({"active": "perhaps"}, {}, "not used: perhaps"),
            ({"multipleBirthInteger": "2"}, {"multipleBirthInteger": 2}, "not text; it was read as 2"),
            ({"multipleBirthInteger": 1.5}, {}, "whole number: 1.5"),
            ({"birthDate": "09/03/1938"}, {"birthDate": "09/03/1938"}, "not written as a FHIR date"),
            ({"birthDate": 1938}, {"birthDate": "1938"}, "was a number"),
            ({"birthDate": ""}, {}, "is empty"),
            ({"birthDate": {"year": 1938}}, {}, "single date"),
            ({"shoeSize": 4}, {}, "no such element"),
            ({"telecom": [{"rank": 0}]}, {"telecom": [{}]}, "1 or more"),
            ({"telecom": [None]}, {}, "is empty"),
            ({"_name": {"id": "x"}}, {}, "no such element"),
            ({"_birthDate": "x"}, {}, "should be an object"),
            (
                {"deceasedBoolean": True, "deceasedDateTime": "2026-01-01"},
                {"deceasedBoolean": True, "deceasedDateTime": "2026-01-01"},
                "Only one of these",
            ),
        ],
    )
    def test_keeps_what_fits_and_lists_the_rest(self, given, settled, said):
        resource, notes = settle({"resourceType": "Patient", **given})
        assert resource == {"resourceType": "Patient", **settled}
        assert any(said in note.text for note in notes), notes

    def test_lists_a_required_element_that_is_missing(self):
        _, notes = settle({"resourceType": "Flag", "status": "active"})
        assert {note.path for note in notes} >= {"Flag.code", "Flag.subject"}

    def test_says_nothing_of_a_resource_that_fits(self):
        patient = {
            "resourceType": "Patient",
            "birthDate": "1938",
            "_birthDate": {"extension": [{"url": "u", "valueCode": "x"}]},
            "name": [{"given": ["A", None], "_given": [None, {"id": "b"}]}],
        }
        resource, notes = settle(patient)
        assert resource == patient
        assert not notes

    @pytest.mark.parametrize("resource_type", ["Sausage", "", None, 3, ["Patient"], "HumanName", "../x"])
    def test_empties_a_resource_of_no_known_type(self, resource_type):
        resource, notes = settle({"resourceType": resource_type, "name": "x"})
        assert set(resource) == {"resourceType"}
        assert "no such resource" in notes[0].text

    @pytest.mark.parametrize("number", ["NaN", "Infinity", "1e400", Decimal("1e99"), True, {}, "twelve"])
    def test_takes_no_number_that_is_none(self, number):
        position = {"latitude": number, "longitude": Decimal(1)}
        resource, notes = settle({"resourceType": "Location", "position": position})
        assert resource["position"] == {"longitude": 1}
        assert notes
