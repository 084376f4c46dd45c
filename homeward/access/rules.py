"""Roles, what each may do, and the check itself."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from enum import IntEnum, StrEnum

# Everyone in a fictitious place has this password, and its sign-in page says so. No real service has such accounts.
FICTITIOUS_PASSWORD = "home-is-best-2026"  # nosec B105


class Permission(StrEnum):
    """One thing the service can do."""

    SEE_TODAY = "see_today"
    # Without it, Today is the reader's own day: their visits and nobody else's
    SEE_WHOLE_DAY = "see_whole_day"
    SEE_PEOPLE = "see_people"
    SEE_KEY_SAFES = "see_key_safes"
    SEE_EPISODES = "see_episodes"
    SEE_FRONT_DOOR = "see_front_door"
    TAKE_REFERRALS = "take_referrals"
    TRIAGE_REFERRALS = "triage_referrals"
    SEE_RESPONDING = "see_responding"
    RESPOND = "respond"
    PLAN_DAY = "plan_day"
    MANAGE_ROSTER = "manage_roster"
    # The rota and hours of everyone, of every employer; without it, one's own
    SEE_ROSTER = "see_roster"
    # Ask for leave, a swap or a shift of one's own
    ASK_ROSTER = "ask_roster"
    # Who is signed off for what, and what is delegated; without it, one's own
    SEE_DELEGATION = "see_delegation"
    # Observe practice, sign off, delegate, suspend and withdraw; besides, the person's own registration must allow it
    DELEGATE = "delegate"
    # Say, for an employer, that it answers for a worker doing a delegated activity
    ANSWER_FOR_WORKERS = "answer_for_workers"
    RAISE_CONCERNS = "raise_concerns"
    ANSWER_CONCERNS = "answer_concerns"
    # People in hospital: the coming home board and each stay
    SEE_STAYS = "see_stays"
    # Admit, say who does what by when and what holds it up, record criteria to reside, and that somebody left
    CHASE = "chase"
    # How somebody leaves; any way but home takes two who may
    DECIDE_PATHWAY = "decide_pathway"
    # Numbers about the whole service, which name nobody
    SEE_RESULTS = "see_results"
    # What was tried here and elsewhere and what came of it; and writing a study of one's own service
    SEE_EVIDENCE = "see_evidence"
    WRITE_EVIDENCE = "write_evidence"
    # National returns name everybody in care: whoever runs the service's machine makes them, no role on its pages
    MAKE_RETURNS = "make_returns"
    WRITE_PLANS = "write_plans"
    # Ask people how they are, and how it was, some time after: the queue of calls and surveys
    FOLLOW_UP = "follow_up"
    # Whom a service asks how it was, with which form and when
    SET_SURVEYS = "set_surveys"
    # Beds of reablement houses: who is in which and who waits; and deciding, offering, admitting and closing
    SEE_BEDS = "see_beds"
    RUN_BEDS = "run_beds"
    SEE_PROCEDURES = "see_procedures"
    DRAFT_PROCEDURES = "draft_procedures"
    APPROVE_PROCEDURES = "approve_procedures"
    PUBLISH_PROCEDURES = "publish_procedures"
    RECEIVE_MESSAGES = "receive_messages"
    SEE_MESSAGES = "see_messages"
    IMPORT_SERVICE = "import_service"
    MANAGE_ACCOUNTS = "manage_accounts"
    SEE_AUDIT = "see_audit"
    # Beyond what role and relationship allow, for a reason: the privacy officer is told
    BREAK_GLASS = "break_glass"
    # Data rights: everything about one person in one file, restricting, retention
    ANSWER_RIGHTS = "answer_rights"
    # What the person shares with family by a link
    SHARE_PLANS = "share_plans"
    MERGE_PEOPLE = "merge_people"
    # What there is and who has it; ask for some; approve what must be; run the store. Alerts of devices: RESPOND.
    SEE_EQUIPMENT = "see_equipment"
    ASK_EQUIPMENT = "ask_equipment"
    APPROVE_EQUIPMENT = "approve_equipment"
    MANAGE_EQUIPMENT = "manage_equipment"
    SEE_NOTICES = "see_notices"
    SET_ESCALATION = "set_escalation"
    # Ask for care to be bought for a person, or changed, and see how that stands
    ASK_PACKAGES = "ask_packages"
    # Buy it: providers, offers, invoices, budgets
    COMMISSION = "commission"
    # What care costs, of nobody in particular
    SEE_SPENDING = "see_spending"
    # What the service does by itself, every few seconds: no role has it.
    RUN_SCHEDULE = "run_schedule"


class Role(StrEnum):
    """What someone is employed to do; the words of PRODUCT's first-screen table."""

    FRONT_DOOR = "front_door_coordinator"
    CRISIS_RESPONDER = "crisis_responder"
    CASE_MANAGER = "case_manager"
    ROSTER_PLANNER = "roster_planner"
    FIELD_WORKER = "field_worker"
    REGISTERED_PROFESSIONAL = "registered_professional"
    BED_LEAD = "bed_lead"
    PERFORMANCE_LEAD = "performance_lead"
    COMMISSIONER = "commissioner"
    SERVICE_DESIGNER = "service_designer"
    ADMINISTRATOR = "administrator"
    PRIVACY_OFFICER = "privacy_officer"
    MACHINE = "machine"
    READING_SYSTEM = "reading_system"


# Nobody signs in as these: other organisations' systems, known by a token.
SYSTEM_ROLES = frozenset({Role.MACHINE, Role.READING_SYSTEM})

ROLE_TITLES = {
    Role.FRONT_DOOR: "Front door coordinator",
    Role.CRISIS_RESPONDER: "Crisis responder",
    Role.CASE_MANAGER: "Case manager",
    Role.ROSTER_PLANNER: "Roster planner",
    Role.FIELD_WORKER: "Field worker",
    Role.REGISTERED_PROFESSIONAL: "Registered professional",
    Role.BED_LEAD: "Bed-based reablement lead",
    Role.PERFORMANCE_LEAD: "Performance lead",
    Role.COMMISSIONER: "Commissioner",
    Role.SERVICE_DESIGNER: "Service designer",
    Role.ADMINISTRATOR: "Administrator",
    Role.PRIVACY_OFFICER: "Privacy officer",
    Role.MACHINE: "Connected system",
    Role.READING_SYSTEM: "Connected system that reads",
}

P = Permission
ROLE_PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.FRONT_DOOR: frozenset(
        {
            P.SEE_TODAY,
            P.SEE_PEOPLE,
            P.SEE_FRONT_DOOR,
            P.TAKE_REFERRALS,
            P.TRIAGE_REFERRALS,
            P.SEE_MESSAGES,
            P.SEE_RESPONDING,
            P.RESPOND,
            P.MERGE_PEOPLE,
            P.SEE_BEDS,
            P.SEE_PROCEDURES,
        }
    ),
    Role.CRISIS_RESPONDER: frozenset(
        {
            P.SEE_TODAY,
            P.SEE_PEOPLE,
            P.SEE_KEY_SAFES,
            P.SEE_FRONT_DOOR,
            P.TAKE_REFERRALS,
            P.TRIAGE_REFERRALS,
            P.SEE_MESSAGES,
            P.SEE_RESPONDING,
            P.RESPOND,
            P.WRITE_PLANS,
            P.SEE_PROCEDURES,
        }
    ),
    Role.CASE_MANAGER: frozenset(
        {
            P.SEE_TODAY,
            P.SEE_PEOPLE,
            P.SEE_FRONT_DOOR,
            P.TAKE_REFERRALS,
            P.TRIAGE_REFERRALS,
            P.SEE_MESSAGES,
            P.WRITE_PLANS,
            P.SEE_DELEGATION,
            P.MERGE_PEOPLE,
            P.SEE_BEDS,
            P.SEE_PROCEDURES,
            P.DRAFT_PROCEDURES,
        }
    ),
    Role.ROSTER_PLANNER: frozenset(
        {
            P.SEE_TODAY,
            P.SEE_PEOPLE,
            P.SEE_FRONT_DOOR,
            P.TAKE_REFERRALS,
            P.TRIAGE_REFERRALS,
            P.SEE_MESSAGES,
            P.SEE_RESPONDING,
            P.RESPOND,
            P.PLAN_DAY,
            P.MANAGE_ROSTER,
            P.SEE_ROSTER,
            P.SEE_DELEGATION,
            P.ANSWER_FOR_WORKERS,
            P.SEE_PROCEDURES,
        }
    ),
    Role.FIELD_WORKER: frozenset({P.SEE_TODAY, P.SEE_PEOPLE, P.SEE_KEY_SAFES, P.SEE_PROCEDURES}),
    Role.REGISTERED_PROFESSIONAL: frozenset(
        {
            P.SEE_TODAY,
            P.SEE_PEOPLE,
            P.SEE_KEY_SAFES,
            P.SEE_FRONT_DOOR,
            P.TAKE_REFERRALS,
            P.SEE_RESPONDING,
            P.RESPOND,
            P.WRITE_PLANS,
            P.SEE_ROSTER,
            P.SEE_DELEGATION,
            P.DELEGATE,
            P.ANSWER_CONCERNS,
            P.SEE_BEDS,
            P.SEE_PROCEDURES,
            P.DRAFT_PROCEDURES,
            P.APPROVE_PROCEDURES,
        }
    ),
    Role.BED_LEAD: frozenset(
        {
            P.SEE_PEOPLE,
            P.SEE_FRONT_DOOR,
            P.TAKE_REFERRALS,
            P.WRITE_PLANS,
            P.SEE_BEDS,
            P.RUN_BEDS,
            P.SEE_PROCEDURES,
        }
    ),
    # Caldicott principle 3: results need no one's name, so these two see no one's record.
    Role.PERFORMANCE_LEAD: frozenset({P.SEE_RESULTS, P.SEE_PROCEDURES, P.SEE_SPENDING}),
    Role.COMMISSIONER: frozenset(
        {P.SEE_PEOPLE, P.ASK_PACKAGES, P.COMMISSION, P.SEE_SPENDING, P.SEE_RESULTS, P.SEE_PROCEDURES}
    ),
    Role.SERVICE_DESIGNER: frozenset(
        {P.SEE_RESULTS, P.SEE_PROCEDURES, P.DRAFT_PROCEDURES, P.APPROVE_PROCEDURES, P.PUBLISH_PROCEDURES}
    ),
    # An administrator runs the service's accounts, loads and audit; reading a care record is not part of it.
    Role.ADMINISTRATOR: frozenset(
        {
            P.MANAGE_ACCOUNTS,
            P.SET_ESCALATION,
            P.SEE_AUDIT,
            P.IMPORT_SERVICE,
            P.SEE_PROCEDURES,
            P.DRAFT_PROCEDURES,
            P.APPROVE_PROCEDURES,
            P.PUBLISH_PROCEDURES,
            P.PLAN_DAY,
        }
    ),
    # Watches who looks, and answers people's questions about their data; does not read care records.
    Role.PRIVACY_OFFICER: frozenset({P.SEE_AUDIT, P.ANSWER_RIGHTS, P.SEE_PROCEDURES}),
    Role.MACHINE: frozenset({P.RECEIVE_MESSAGES}),
    # A system that also reads, for the purpose it was connected for: over FHIR only, and it cannot break the glass.
    Role.READING_SYSTEM: frozenset({P.RECEIVE_MESSAGES, P.SEE_PEOPLE, P.SEE_FRONT_DOOR}),
}
ROLE_PERMISSIONS |= {role: may | {P.SEE_EPISODES} for role, may in ROLE_PERMISSIONS.items() if P.SEE_FRONT_DOOR in may}
ROLE_PERMISSIONS |= {
    role: may | {P.SEE_WHOLE_DAY}
    for role, may in ROLE_PERMISSIONS.items()
    if P.SEE_TODAY in may and role is not Role.FIELD_WORKER
}
# Whoever may see some people's records may, for a reason and for a time, have to see another's.
ROLE_PERMISSIONS |= {
    role: may | {P.BREAK_GLASS}
    for role, may in ROLE_PERMISSIONS.items()
    if P.SEE_PEOPLE in may and role not in SYSTEM_ROLES
}
# Whoever goes to see people has a rota, and may see something there that worries them.
ROLE_PERMISSIONS |= {
    role: may | {P.ASK_ROSTER, P.RAISE_CONCERNS}
    for role, may in ROLE_PERMISSIONS.items()
    if P.SEE_TODAY in may and role not in SYSTEM_ROLES
}
# Coming home: who plans and gives the care sees who is in hospital; who moves things on may change it.
_SEES_STAYS = {
    Role.FRONT_DOOR,
    Role.CRISIS_RESPONDER,
    Role.CASE_MANAGER,
    Role.ROSTER_PLANNER,
    Role.REGISTERED_PROFESSIONAL,
    Role.BED_LEAD,
}
_CHASES = {Role.FRONT_DOOR, Role.CASE_MANAGER, Role.REGISTERED_PROFESSIONAL, Role.BED_LEAD}
_DECIDES = {Role.CASE_MANAGER, Role.REGISTERED_PROFESSIONAL, Role.BED_LEAD}
for _permission, _roles in ((P.SEE_STAYS, _SEES_STAYS), (P.CHASE, _CHASES), (P.DECIDE_PATHWAY, _DECIDES)):
    ROLE_PERMISSIONS |= {role: ROLE_PERMISSIONS[role] | {_permission} for role in _roles}
# Whoever takes referrals finds out what somebody needs at home.
ROLE_PERMISSIONS |= {
    role: may | {P.SEE_EQUIPMENT, P.ASK_EQUIPMENT} for role, may in ROLE_PERMISSIONS.items() if P.TAKE_REFERRALS in may
}
ROLE_PERMISSIONS[Role.ROSTER_PLANNER] |= {P.MANAGE_EQUIPMENT}
ROLE_PERMISSIONS |= {
    role: ROLE_PERMISSIONS[role] | {P.APPROVE_EQUIPMENT} for role in (Role.CASE_MANAGER, Role.REGISTERED_PROFESSIONAL)
}
# Whoever writes a plan shares it, and asks for the care it needs.
ROLE_PERMISSIONS |= {
    role: may | {P.SHARE_PLANS, P.ASK_PACKAGES} for role, may in ROLE_PERMISSIONS.items() if P.WRITE_PLANS in may
}
# Whoever sees who is in hospital sees what that comes to; results name nobody.
ROLE_PERMISSIONS |= {role: may | {P.SEE_RESULTS} for role, may in ROLE_PERMISSIONS.items() if P.SEE_STAYS in may}
# Whoever coordinated the care asks afterwards; whoever writes procedures says what is asked.
ROLE_PERMISSIONS |= {role: ROLE_PERMISSIONS[role] | {P.FOLLOW_UP} for role in _CHASES}
ROLE_PERMISSIONS |= {
    role: ROLE_PERMISSIONS[role] | {P.SET_SURVEYS} for role in (Role.SERVICE_DESIGNER, Role.ADMINISTRATOR)
}
# Whoever sees results, or changes how things are done, sees what was tried and what came of it.
ROLE_PERMISSIONS |= {
    role: may | {P.SEE_EVIDENCE} for role, may in ROLE_PERMISSIONS.items() if may & {P.SEE_RESULTS, P.DRAFT_PROCEDURES}
}
# Whoever answers for how care is given or bought may write down what came of a change.
_WRITES_STUDIES = {
    Role.CASE_MANAGER,
    Role.ROSTER_PLANNER,
    Role.REGISTERED_PROFESSIONAL,
    Role.BED_LEAD,
    Role.PERFORMANCE_LEAD,
    Role.COMMISSIONER,
    Role.SERVICE_DESIGNER,
}
ROLE_PERMISSIONS |= {role: ROLE_PERMISSIONS[role] | {P.WRITE_EVIDENCE} for role in _WRITES_STUDIES}
# Whoever signs in can be told something.
ROLE_PERMISSIONS |= {role: may | {P.SEE_NOTICES} for role, may in ROLE_PERMISSIONS.items() if role not in SYSTEM_ROLES}


class Relationship(StrEnum):
    """What ties somebody to a person they did not choose to look up (Caldicott principle 4: need to know)."""

    NONE = "none"
    # An open or lately taken call or referral about the person, for who is on duty for the front door
    FRONT_DOOR = "front_door"
    # The person is, or lately was, on a pathway of the actor's service
    CARING = "caring"
    # The actor goes, or lately went, to see the person
    VISITING = "visiting"
    # The actor said why they must look although nothing ties them to the person
    BROKEN_GLASS = "broken_glass"


class Sight(IntEnum):
    """How much of a person's record somebody may see; each takes in those before it."""

    NOTHING = 0
    # Enough to know whether it is the one meant: name, birth, address, whether anything is open
    CARD = 1
    # What a visit needs: alerts, how to speak with them and get in, whom to call, the visits and what they are for
    VISIT = 2
    # Everything that is not sensitive
    RECORD = 3


R, S = Relationship, Sight
_CARE = {R.NONE: S.CARD, R.FRONT_DOOR: S.RECORD, R.CARING: S.RECORD, R.VISITING: S.RECORD, R.BROKEN_GLASS: S.RECORD}
_NOBODY = dict.fromkeys(Relationship, S.NOTHING)
# Who sees how much of whom: the table that docs/rules/who-may-see-and-do.md prints and every page is tested against.
ROLE_SIGHT: dict[Role, dict[Relationship, Sight]] = {
    Role.FRONT_DOOR: _CARE,
    Role.CRISIS_RESPONDER: _CARE,
    Role.CASE_MANAGER: _CARE,
    Role.REGISTERED_PROFESSIONAL: _CARE,
    Role.BED_LEAD: _CARE,
    # plans visits for everybody on a pathway, and takes referrals where the desk is busy
    Role.ROSTER_PLANNER: _CARE | {R.CARING: S.VISIT},
    # sees what their own visits need, and nobody else's record
    Role.FIELD_WORKER: _NOBODY | {R.VISITING: S.VISIT, R.BROKEN_GLASS: S.VISIT},
    # buys care for people whom the team cares for: what their visits need, and no more of their record
    Role.COMMISSIONER: _NOBODY | {R.CARING: S.VISIT, R.BROKEN_GLASS: S.VISIT},
    Role.PERFORMANCE_LEAD: _NOBODY,
    Role.SERVICE_DESIGNER: _NOBODY,
    Role.ADMINISTRATOR: _NOBODY,
    Role.PRIVACY_OFFICER: _NOBODY,
    Role.MACHINE: _NOBODY,
    # only people whose care its services give or are asked for; nothing sensitive, see SENSITIVE_SIGHT
    Role.READING_SYSTEM: _NOBODY | {R.FRONT_DOOR: S.RECORD, R.CARING: S.RECORD},
}
# Who still sees what is sensitive, where their sight reaches the record. Codes are people.states.Sensitivity.
SENSITIVE_SIGHT: dict[str, frozenset[Role]] = {
    "safeguarding": frozenset(
        {Role.FRONT_DOOR, Role.CRISIS_RESPONDER, Role.CASE_MANAGER, Role.REGISTERED_PROFESSIONAL}
    ),
    "sexual_health": frozenset({Role.REGISTERED_PROFESSIONAL}),
    "staff": frozenset({Role.CASE_MANAGER, Role.REGISTERED_PROFESSIONAL}),
    "adoption": frozenset({Role.CASE_MANAGER}),
}


def sight_with(role: Role, ties: Iterable[Relationship]) -> Sight:
    """How much somebody of a role sees of a person they have these ties to: the furthest that any tie lets them."""
    table = ROLE_SIGHT[role]
    return max((table[tie] for tie in (Relationship.NONE, *ties)), default=Sight.NOTHING)


def may_see_sensitive(actor: "Actor", sensitivity: str) -> bool:
    """Whether what is marked so is shown to this actor, given that their sight reaches the record."""
    return not sensitivity or actor.is_system or actor.role in SENSITIVE_SIGHT[sensitivity]


class NotAllowedError(Exception):
    """The actor may not do this. The text says what is missing, never what was being looked at."""


@dataclass(frozen=True, slots=True)
class Actor:
    """Whoever is doing this now.

    `service_ids` are the services whose people and work they may see; `worker_id` is their row on the roster,
    when they have one. `is_changing`: the door they came through lets them change what they open.
    """

    name: str
    role: Role
    account_id: int | None = None
    employer: str = ""
    job_title: str = ""
    service_ids: frozenset[int] = frozenset()
    worker_id: int | None = None
    extra: frozenset[Permission] = field(default_factory=frozenset)
    is_changing: bool = False

    @classmethod
    def system(cls, name: str, *service_ids: int) -> "Actor":
        """The service acting by itself, for a command or a schedule: it may do everything, under its own name."""
        return cls(
            name=name,
            role=Role.MACHINE,
            employer="Homeward",
            service_ids=frozenset(service_ids),
            extra=frozenset(Permission),
        )

    @property
    def is_system(self) -> bool:
        """Whether this is the service acting by itself, and not somebody or another system."""
        return self.account_id is None and Permission.RUN_SCHEDULE in self.extra

    @property
    def title(self) -> str:
        """What they do, as the record shows it: their job title, or their role where they gave none."""
        return self.job_title or ROLE_TITLES[self.role]

    def lent(self, *permissions: Permission) -> "Actor":
        """The same actor, allowed more for one thing that goes with what they may do; the record still says who.

        For rooms below, whose own check would stop it: nothing of what is found is shown to the actor.
        """
        return replace(self, extra=self.extra.union(permissions))

    def may(self, permission: Permission) -> bool:
        """Whether this actor has the permission."""
        return permission in ROLE_PERMISSIONS[self.role] or permission in self.extra


def require(actor: Actor, permission: Permission, service_id: int | None = None) -> None:
    """Stop here unless the actor has the permission and, where a service is named, belongs to it.

    Raises: NotAllowedError.
    """
    if not actor.may(permission):
        raise NotAllowedError(f"Your role does not include: {permission.replace('_', ' ')}.")
    if service_id is not None and service_id not in actor.service_ids:
        raise NotAllowedError("This belongs to a service you are not part of.")
