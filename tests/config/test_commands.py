"""Commands of two words, given only the first."""

import pytest

from homeward.config.commands import second_words

COMMANDS = ("evidence_list", "measures", "measures_ascof", "returns_cld", "delegation_value_of_signoff")


class TestSecondWords:
    @pytest.mark.parametrize(
        ("typed", "said"),
        [
            (["evidence"], ["list"]),
            (["returns"], ["cld"]),
            (["delegation"], ["value-of-signoff"]),
            (["measures"], []),  # a command by itself
            (["nothing"], []),
            (["--help"], []),
            ([], []),
        ],
    )
    def test_are_named_where_a_subject_is_no_command_by_itself(self, typed, said):
        assert second_words(typed, COMMANDS) == said
