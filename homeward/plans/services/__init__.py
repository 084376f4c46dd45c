"""Writing what was agreed with the person."""

from homeward.plans.rules import Content, NewActivity, NewContingency, NewGoal, NewNeed, NewPattern
from homeward.plans.services.drafting import (
    DraftClash,
    DraftClosedError,
    SavedDraft,
    add_from_pathway,
    add_to_draft,
    content_of_plan,
    discard_draft,
    group_visits,
    save_draft,
    start_draft,
    windows_of,
)
from homeward.plans.services.printing import note_my_plan_printing
from homeward.plans.services.publishing import (
    Agreement,
    DraftChangedError,
    PublishedPlan,
    competences_of,
    draft_problems,
    publish_draft,
)
from homeward.plans.services.recovery import share_recovery_part, write_recovery_part
from homeward.plans.services.reviewing import agree_plan, review_plan
from homeward.plans.services.visiting import (
    end_visiting_wish,
    end_worker_trait,
    note_visiting_wish,
    note_worker_trait,
)
from homeward.plans.services.writing import add_goal_reviews, write_plan, write_plans

__all__ = [
    "Agreement",
    "Content",
    "DraftChangedError",
    "DraftClash",
    "DraftClosedError",
    "NewActivity",
    "NewContingency",
    "NewGoal",
    "NewNeed",
    "NewPattern",
    "PublishedPlan",
    "SavedDraft",
    "add_from_pathway",
    "add_goal_reviews",
    "add_to_draft",
    "agree_plan",
    "competences_of",
    "content_of_plan",
    "discard_draft",
    "draft_problems",
    "end_visiting_wish",
    "end_worker_trait",
    "group_visits",
    "note_my_plan_printing",
    "note_visiting_wish",
    "note_worker_trait",
    "publish_draft",
    "review_plan",
    "save_draft",
    "share_recovery_part",
    "start_draft",
    "windows_of",
    "write_plan",
    "write_plans",
    "write_recovery_part",
]
