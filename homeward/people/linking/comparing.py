"""Comparing every record with those it may be a second of, by Splink in DuckDB, inside the process and offline.

Each comparison has levels, and each level two probabilities: how often two records of one person look so, and how
often records of two people do (Fellegi and Sunter's model, see docs/guides/finding-people.md). They are set here, not
trained: a service of some hundred people has too few duplicates to learn from, and a set that stays the same can be
explained. How usual a name is, Splink takes from the records themselves.
"""

import logging
from collections.abc import Sequence

import duckdb
import pyarrow
import splink.comparison_library as comparison
from splink import Linker, SettingsCreator, block_on
from splink.backends.duckdb import DuckDBAPI

from homeward.people.linking.pairs import Compared, Evidence, Pair
from homeward.people.searching.terms import digits_only, fold, name_words, sound_of, squeezed

# Of 100 people, how many are thought to be there a second time before anything is compared. A local decision: what
# record audits of health services find varies from under 1 to some 10 of 100.
THOUGHT_TWICE_IN_100 = 2
FEWEST_DIGITS_OF_A_PHONE = 10
# The two probabilities of each level: (of one person, of two people). A local decision, checked against made-up
# records with known duplicates by tools/measure_duplicates.py; who takes other ones measures again.
LEVELS = {
    "name": {
        "same name": (0.55, 0.0003),
        "names the other way round": (0.02, 0.00002),
        "nearly the same name": (0.25, 0.001),
        "same last name only": (0.06, 0.006),
        "same first name only": (0.09, 0.025),
        "different name": (0.03, 0.9675),
    },
    "birth date": {
        "same birth date": (0.84, 0.0001),
        "day and month of birth the other way round": (0.03, 0.00008),
        "birth date 1 digit different": (0.08, 0.002),
        "same year of birth only": (0.02, 0.03),
        "different birth date": (0.03, 0.968),
    },
    "postcode": {
        "same postcode": (0.62, 0.002),
        "a postcode nearby": (0.08, 0.006),
        "same half of the postcode": (0.08, 0.05),
        "different postcode": (0.22, 0.942),
    },
    # people of one home share it: counted as more usual than it is, so that home and phone do not say one thing twice
    "phone": {"same phone number": (0.55, 0.005), "different phone number": (0.45, 0.995)},
    "NHS number": {
        "same NHS number": (0.9, 0.000001),
        "NHS number 1 digit different": (0.05, 0.00001),
        "different verified NHS numbers": (0.002, 0.99),
        "different NHS number": (0.3, 0.99),
    },
    "gender": {"same gender": (0.98, 0.5), "different gender": (0.02, 0.5)},
}


def alike_pairs(records: Sequence[Compared], threshold: float) -> list[Pair]:
    """The pairs of records at least `threshold` (0 to 1) likely to be of one person, the likeliest first."""
    if len(records) < 2:
        return []
    logging.getLogger("splink").setLevel(logging.ERROR)
    connection = duckdb.connect(":memory:")
    try:
        # nothing is fetched: what the process does not bring, it does without
        connection.execute("SET autoinstall_known_extensions = false; SET autoload_known_extensions = false")
        database = DuckDBAPI(connection)
        table = database.register(pyarrow.Table.from_pylist([_row(one) for one in records], schema=SCHEMA))
        linker = Linker(table, _settings(len(records)), log_level=logging.ERROR)
        found = linker.inference.predict(threshold_match_probability=threshold).as_record_list()
    finally:
        connection.close()
    pairs = [_pair(row) for row in found]
    return sorted(pairs, key=lambda pair: (-pair.likelihood, pair.first, pair.second))


SCHEMA = pyarrow.schema(
    [("unique_id", pyarrow.int64())]
    + [
        (name, pyarrow.string())
        for name in (
            "given", "family", "whole", "sound", "initial", "born", "born_swapped", "postcode", "sector", "outward",
            "phone", "nhs", "nhs_trust", "gender",
        )
    ]
)  # fmt: skip
NULL = {
    "name": "whole_l IS NULL OR whole_r IS NULL",
    "birth date": "born_l IS NULL OR born_r IS NULL",
    "postcode": "postcode_l IS NULL OR postcode_r IS NULL",
    "phone": "phone_l IS NULL OR phone_r IS NULL",
    "NHS number": "nhs_l IS NULL OR nhs_r IS NULL",
    "gender": "gender_l IS NULL OR gender_r IS NULL",
}
# When each level is, in the order they are tried; the last of each is what is left.
IS = {
    "same name": "given_l = given_r AND family_l = family_r",
    "names the other way round": "given_l = family_r AND family_l = given_r",
    "nearly the same name": "(jaro_winkler_similarity(given_l, given_r) >= 0.85"
    " AND jaro_winkler_similarity(family_l, family_r) >= 0.88)"
    " OR (family_l = family_r AND jaro_winkler_similarity(given_l, given_r) >= 0.75)"
    " OR jaro_winkler_similarity(whole_l, whole_r) >= 0.95",
    "same last name only": "family_l = family_r",
    "same first name only": "given_l = given_r",
    "same birth date": "born_l = born_r",
    "day and month of birth the other way round": "born_l = born_swapped_r",
    "birth date 1 digit different": "damerau_levenshtein(born_l, born_r) <= 1",
    "same year of birth only": "left(born_l, 4) = left(born_r, 4)",
    "same postcode": "postcode_l = postcode_r",
    "a postcode nearby": "sector_l = sector_r",
    "same half of the postcode": "outward_l = outward_r",
    "same phone number": "phone_l = phone_r",
    "same NHS number": "nhs_l = nhs_r",
    "NHS number 1 digit different": "damerau_levenshtein(nhs_l, nhs_r) <= 1",
    "different verified NHS numbers": "nhs_trust_l = 'verified' AND nhs_trust_r = 'verified'",
    "same gender": "gender_l = gender_r",
}
# A usual name says less than a rare one.
WEIGHED_BY_USE = {"same name": "whole"}


def _column(of: str) -> str:
    return of.replace(" ", "_").lower()


def _comparison(of: str) -> comparison.CustomComparison:
    levels: list = [{"sql_condition": NULL[of], "label_for_charts": "nothing to compare", "is_null_level": True}]
    names = list(LEVELS[of])
    for name in names:
        of_one, of_two = LEVELS[of][name]
        one = {
            "sql_condition": "ELSE" if name == names[-1] else IS[name],
            "label_for_charts": name,
            "m_probability": of_one,
            "u_probability": of_two,
        }
        if name in WEIGHED_BY_USE:
            one |= {"tf_adjustment_column": WEIGHED_BY_USE[name], "tf_adjustment_weight": 1.0}
            one |= {"disable_tf_exact_match_detection": True, "tf_minimum_u_value": 0.00002}
        levels.append(one)
    return comparison.CustomComparison(levels, output_column_name=_column(of), comparison_description=of)


def _settings(many: int) -> SettingsCreator:
    return SettingsCreator(
        link_type="dedupe_only",
        unique_id_column_name="unique_id",
        # the second of a person is one record among all the others
        probability_two_random_records_match=min(0.1, THOUGHT_TWICE_IN_100 / 100 * 2 / many),
        comparisons=[_comparison(of) for of in LEVELS],
        blocking_rules_to_generate_predictions=[
            block_on("born"),
            block_on("sound", "given"),
            block_on("family", "initial", "substr(born, 1, 4)"),
            block_on("postcode", "initial"),
            block_on("phone"),
            block_on("nhs"),
            "l.born = r.born_swapped AND l.sound = r.sound",
            "l.given = r.family AND l.family = r.given",
        ],
        retain_intermediate_calculation_columns=True,
        retain_matching_columns=True,
    )


def _row(one: Compared) -> dict:
    given = " ".join(word for word in fold(one.given_name).split())
    family = "".join(name_words(one.family_name)[:1]) if " " not in one.family_name.strip() else fold(one.family_name)
    code = squeezed(one.postcode)
    phone = digits_only(one.phone)
    nhs = digits_only(one.nhs_number)
    born = one.birth_date
    return {
        "unique_id": one.number,
        "given": given or None,
        "family": family or None,
        "whole": f"{given} {family}".strip() or None,
        "sound": sound_of(family.replace(" ", "")) or family or None,
        "initial": given[:1] or None,
        "born": f"{born:%Y%m%d}" if born else None,
        "born_swapped": f"{born:%Y%d%m}" if born and born.day <= 12 and born.day != born.month else None,
        "postcode": code or None,
        "sector": code[:-2] or None,
        "outward": code[:-3] or None,
        "phone": phone if len(phone) >= FEWEST_DIGITS_OF_A_PHONE else None,
        "nhs": nhs or None,
        "nhs_trust": "verified" if one.is_nhs_number_verified else "unverified",
        "gender": one.gender if one.gender in ("female", "male") else None,
    }


def _pair(row: dict) -> Pair:
    evidence = []
    for of, levels in LEVELS.items():
        column = _column(of)
        reached = row[f"gamma_{column}"]
        if reached < 0:
            continue
        # Splink numbers levels from the last, 0, to the first
        found = list(levels)[len(levels) - 1 - reached]
        weight = row[f"mw_{column}"] + (row.get(f"mw_tf_adj_{column}") or 0.0)
        evidence.append(Evidence(of, found, round(weight, 1)))
    evidence.sort(key=lambda one: -abs(one.weight))
    first, second = sorted((row["unique_id_l"], row["unique_id_r"]))
    return Pair(first, second, row["match_probability"], tuple(evidence))
