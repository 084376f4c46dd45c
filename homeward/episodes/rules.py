"""What people record in an episode, beside what the service itself times."""

from homeward.procedures.rules import Pathway

# Moments that people record, and so may record wrong: events of the procedures that no service adds by itself.
CORRECTABLE_KINDS = (
    "first_face_to_face_contact", "contact_attempted", "assessment_completed", "plan_agreed", "support_started",
    "person_not_ready", "person_ready", "review_held", "delegation_agreed", "delegation_reviewed",
    "admitted_to_hospital", "came_home_from_hospital", "decision_made", "bed_ready", "moved_into_bed", "left_bed",
    "trusted_assessment_shared", "no_longer_needs_hospital", "needs_hospital_again", "left_hospital",
    "information_given", "equipment_lent", "equipment_reviewed", "equipment_returned", "alert_raised",
    "alert_answered", "course_started", "course_completed", "followed_up", "handed_over", "support_ended",
    "person_died", "wishes_recorded", "last_days_recognised", "bereavement_contact_made", "money_agreed",
    "onward_referral_made", "onward_referral_answered", "peer_matched", "actions_agreed", "actions_reviewed",
    "practice_observed", "session_held",
)  # fmt: skip


def recordable(pathway: Pathway) -> tuple[str, ...]:
    """The kinds of event that a pathway's clocks and visits wait for and people record, in the order of its clocks."""
    heard = [
        kind
        for clock in pathway.clocks
        for kinds in (clock.starts, clock.pauses, clock.resumes, clock.stops, clock.cancels)
        for kind in kinds
    ]
    heard += [visit.period.from_event for visit in pathway.visits]
    return tuple(dict.fromkeys(kind for kind in heard if kind in CORRECTABLE_KINDS))
