"""The rules of the front door: which pathway fits a referral, and what a file of referrals says. No Django."""

from .comparing import says_nothing_new
from .csv_files import (
    FRONT_COLUMNS,
    LARGEST_FILE,
    RowFault,
    chosen_code,
    column_name,
    day_of,
    decoded_csv,
    ethnic_group_of,
    faults_file,
    moment_of,
    nhs_number_of,
    rows_of_csv,
    written_csv,
)
from .documents import SAFE_TYPES, MessageDocument
from .files import (
    COLUMNS,
    FileReading,
    ReferralRow,
    Words,
    looks_like_a_file_of_referrals,
    read_file,
    template_file,
)
from .following import MOST_USES_AN_HOUR, code_hash, follow_code, is_code, visitor_key
from .suggesting import URGENCIES, ranked_pathways, suggested_pathway

__all__ = [
    "COLUMNS",
    "FRONT_COLUMNS",
    "LARGEST_FILE",
    "MOST_USES_AN_HOUR",
    "SAFE_TYPES",
    "URGENCIES",
    "FileReading",
    "MessageDocument",
    "ReferralRow",
    "RowFault",
    "Words",
    "chosen_code",
    "code_hash",
    "column_name",
    "day_of",
    "decoded_csv",
    "ethnic_group_of",
    "faults_file",
    "follow_code",
    "is_code",
    "looks_like_a_file_of_referrals",
    "moment_of",
    "nhs_number_of",
    "ranked_pathways",
    "read_file",
    "rows_of_csv",
    "says_nothing_new",
    "suggested_pathway",
    "template_file",
    "visitor_key",
    "written_csv",
]
