"""The national lists: word for word as they are published."""

import csv
import json

from homeward.discharge.states import (
    DELAY_FAMILIES,
    DELAY_SHORT,
    DESTINATION_PATHWAY,
    Criterion,
    DelayReason,
    Destination,
)


class TestNationalLists:
    def test_there_are_37_delay_reasons_in_5_families(self):
        assert len(DelayReason) == 37
        assert len(set(DELAY_FAMILIES.values())) == 5
        assert len(set(DELAY_SHORT.values())) == 37

    def test_delay_reasons_are_as_published(self, shared):
        with (shared / "standards/reference/discharge/delay_reasons.csv").open(encoding="utf-8") as file:
            # one of them has a narrow space, which no form or message would repeat
            published = {row["reason"].replace("\u202f", " "): row["family"] for row in csv.DictReader(file)}

        assert {one.label: DELAY_FAMILIES[one.value].label for one in DelayReason} == published

    def test_criteria_are_as_published(self, shared):
        told = json.loads((shared / "standards/reference/discharge/criteria_to_reside.json").read_text("utf-8"))
        published = {code: text.lower() for code, text in told["criteria_to_reside"].items()}

        assert {one.value: one.label.lower() for one in Criterion} == published

    def test_destinations_are_as_published(self, shared):
        with (shared / "standards/reference/discharge/pathway_destinations.csv").open(encoding="utf-8") as file:
            published = {row["label"] for row in csv.DictReader(file)}

        assert {f"{DESTINATION_PATHWAY[one.value].label}: {one.label}" for one in Destination} == published
