"""The rules of the front door: which pathway fits a referral, and what a file of referrals says. No Django."""

from .comparing import says_nothing_new
from .documents import SAFE_TYPES, MessageDocument
from .files import (
    COLUMNS,
    LARGEST_FILE,
    FileReading,
    ReferralRow,
    RowFault,
    Words,
    faults_file,
    looks_like_a_file_of_referrals,
    read_file,
    template_file,
)
from .following import MOST_USES_AN_HOUR, code_hash, follow_code, is_code, visitor_key
from .suggesting import URGENCIES, ranked_pathways, suggested_pathway

__all__ = [
    "COLUMNS",
    "LARGEST_FILE",
    "MOST_USES_AN_HOUR",
    "SAFE_TYPES",
    "URGENCIES",
    "FileReading",
    "MessageDocument",
    "ReferralRow",
    "RowFault",
    "Words",
    "code_hash",
    "faults_file",
    "follow_code",
    "is_code",
    "looks_like_a_file_of_referrals",
    "ranked_pathways",
    "read_file",
    "says_nothing_new",
    "suggested_pathway",
    "template_file",
    "visitor_key",
]
