"""Employers, those who refer, workers and the accounts to sign in with."""

from dataclasses import dataclass

from homeward.access.rules import FICTITIOUS_PASSWORD, Role
from homeward.demo.making import Making, made_up_name, somewhere
from homeward.demo.words import PRACTICES
from homeward.teams.models import Account, Organisation, Team, Worker
from homeward.teams.services import add_organisations, add_teams, add_workers, open_fictitious_accounts

K = Organisation.Kind
TRUST, COUNCIL = "Merrow Valley NHS", "Merrowdale Council"
AGENCIES = ("Larkmoor", "Tansybrook")


@dataclass(frozen=True, slots=True)
class Post:
    """A job of one employer: how many hold it, what all of them can do, and what a share of them can besides."""

    employer: str
    job_title: str
    number: int
    skills: tuple[str, ...] = ()
    some_can: tuple[tuple[str, float], ...] = ()
    team: str = "community"


# A share of home care workers have been signed off for each delegated task (Partnership at Home trained four of many).
DELEGATED = (
    ("medication_support", 0.88),
    ("blood_glucose_monitoring+insulin", 0.26),
    ("wound_care_simple", 0.28),
    ("compression_support", 0.32),
    ("catheter_care", 0.32),
    ("eye_drops", 0.4),
)
MEDICINES = (
    ("medication_support", 0.95),
    ("eye_drops", 0.5),
    ("catheter_care", 0.25),
    ("blood_glucose_monitoring+insulin", 0.15),
    ("wound_care_simple", 0.15),
    ("compression_support", 0.25),
)
# 100 trust and 169 council staff (Community First, Derby); the agencies are as many as 1,200 visits a day need.
POSTS = (
    Post(TRUST, "Crisis nurse", 12, ("nurse", "crisis_responder_health"), team="crisis"),
    Post(
        TRUST, "Advanced practitioner", 6, ("advanced_clinical_practitioner", "crisis_responder_health"), (), "crisis"
    ),
    Post(TRUST, "Crisis therapist", 4, ("physiotherapist", "crisis_responder_health"), team="crisis"),
    Post(TRUST, "Community nurse", 11, ("nurse",)),
    Post(TRUST, "Occupational therapist", 13, ("occupational_therapist",), team="reablement"),
    Post(TRUST, "Physiotherapist", 9, ("physiotherapist",), team="reablement"),
    Post(TRUST, "Therapy assistant", 14, ("therapy_assistant",), team="reablement"),
    Post(TRUST, "Front door coordinator", 8, ("front_door_coordinator",), team="front-door"),
    Post(TRUST, "Discharge coordinator", 5, (), team="front-door"),
    Post(TRUST, "Reablement house nurse", 5, ("nurse",), team="house"),
    Post(TRUST, "Team leader", 4, ("nurse",)),
    Post(TRUST, "Administrator", 9),
    Post(COUNCIL, "Reablement worker", 62, ("reablement_worker",), MEDICINES, "reablement"),
    Post(COUNCIL, "Crisis care responder", 26, ("home_care_worker", "crisis_responder_care"), MEDICINES, "crisis"),
    Post(COUNCIL, "Social worker", 18, ("social_worker",)),
    Post(COUNCIL, "Care Act assessor", 14, ("care_act_assessor",)),
    Post(COUNCIL, "Reablement house care worker", 34, ("reablement_worker",), (), "house"),
    Post(COUNCIL, "Front door coordinator", 5, ("front_door_coordinator",), team="front-door"),
    Post(COUNCIL, "Reablement supervisor", 6, ("reablement_worker",), MEDICINES, "reablement"),
    Post(COUNCIL, "Administrator", 4),
    Post(AGENCIES[0], "Home care worker", 94, ("home_care_worker",), DELEGATED, "home-care"),
    Post(
        AGENCIES[0],
        "Senior home care worker",
        8,
        ("home_care_worker",),
        ((DELEGATED[0][0], 1.0), *DELEGATED[1:]),
        "home-care",
    ),
    Post(AGENCIES[1], "Home care worker", 62, ("home_care_worker",), DELEGATED, "home-care"),
    Post(
        AGENCIES[1],
        "Senior home care worker",
        6,
        ("home_care_worker",),
        ((DELEGATED[0][0], 1.0), *DELEGATED[1:]),
        "home-care",
    ),
)
TEAMS = (
    ("front-door", "Front door"),
    ("crisis", "Crisis response"),
    ("reablement", "Reablement at home"),
    ("community", "Community nursing, therapy and social work"),
    ("home-care", "Home care"),
    ("house", "Sallow House"),
)
BEDS = 20
DRIVES, CYCLES = 0.93, 0.04  # the rest walk


@dataclass(frozen=True, slots=True)
class Staff:
    """Everyone who works here, and everyone who refers."""

    workers: list[Worker]
    organisations: list[Organisation]

    def doing(self, *job_titles: str) -> list[Worker]:
        """Workers with one of these job titles, in order."""
        return [worker for worker in self.workers if worker.job_title in job_titles]

    def kind(self, *kinds: str) -> list[Organisation]:
        """Organisations of one of these kinds."""
        return [organisation for organisation in self.organisations if organisation.kind in kinds]


def make_staff(making: Making) -> Staff:
    """Make every organisation, team and worker."""
    luck = making.luck("staff")

    def organisation(kind: str, name: str, short_name: str = "", is_employer: bool = False) -> Organisation:
        point = somewhere(luck)
        return Organisation(
            service=making.service,
            kind=kind,
            name=name,
            short_name=short_name,
            is_employer=is_employer,
            latitude=point.latitude,
            longitude=point.longitude,
        )

    practices = PRACTICES[: making.size.scaled(len(PRACTICES), 3)]
    organisations = add_organisations(
        actor=making.actor,
        now=making.now,
        organisations=[
            organisation(K.NHS_TRUST, "Merrow Valley Community Health NHS Trust", TRUST, True),
            organisation(K.COUNCIL, "Merrowdale City Council", COUNCIL, True),
            organisation(K.HOME_CARE_AGENCY, "Larkmoor Care at Home", AGENCIES[0], True),
            organisation(K.HOME_CARE_AGENCY, "Tansybrook Homecare", AGENCIES[1], True),
            organisation(K.HOSPITAL, "Merrowdale General Hospital"),
            organisation(K.AMBULANCE, "Mid Marches Ambulance Service"),
            organisation(K.OTHER, f"Sallow House ({BEDS}-bed reablement house)", "Sallow House"),
            *(organisation(K.GP_PRACTICE, name) for name in practices),
        ],
    )
    by_short_name = {one.short_name: one for one in organisations if one.short_name}
    teams = {
        team.code: team
        for team in add_teams(
            actor=making.actor,
            now=making.now,
            teams=[Team(service=making.service, code=code, name=name) for code, name in TEAMS],
        )
    }
    workers: list[Worker] = []
    names: set[str] = set()
    for post in POSTS:
        for _ in range(making.size.scaled(post.number, 2)):
            given, family, _row = made_up_name(luck, luck.random() < 0.82, is_older=False)
            while f"{given} {family}" in names:
                given, family, _row = made_up_name(luck, luck.random() < 0.82, is_older=False)
            names.add(f"{given} {family}")
            skills = list(post.skills)
            for codes, share in post.some_can:
                if luck.random() < share:
                    skills += codes.split("+")
            home = somewhere(luck)
            drawn = luck.random()
            workers.append(
                Worker(
                    service=making.service,
                    organisation=by_short_name[post.employer],
                    team=teams[post.team],
                    local_reference=f"W{len(workers) + 1:04d}",
                    name=f"{given} {family}",
                    job_title=post.job_title,
                    skills=skills,
                    travel_mode="car" if drawn < DRIVES else "bike" if drawn < DRIVES + CYCLES else "walk",
                    latitude=home.latitude,
                    longitude=home.longitude,
                )
            )
    add_workers(actor=making.actor, workers=workers, now=making.now)
    return Staff(workers, organisations)


# user name, role, job title of the worker it is given to ("" where the role is nobody's on the roster), employer
ACCOUNTS = (
    ("frontdoor", Role.FRONT_DOOR, "Front door coordinator", TRUST),
    ("responder", Role.CRISIS_RESPONDER, "Crisis nurse", TRUST),
    ("planner", Role.ROSTER_PLANNER, "", COUNCIL),
    ("casemanager", Role.CASE_MANAGER, "Social worker", COUNCIL),
    ("nurse", Role.REGISTERED_PROFESSIONAL, "Community nurse", TRUST),
    ("carer", Role.FIELD_WORKER, "Home care worker", AGENCIES[0]),
    ("lead", Role.BED_LEAD, "", COUNCIL),
    ("results", Role.PERFORMANCE_LEAD, "", COUNCIL),
    ("designer", Role.SERVICE_DESIGNER, "", TRUST),
    ("admin", Role.ADMINISTRATOR, "", TRUST),
    ("privacy", Role.PRIVACY_OFFICER, "", TRUST),
    # sees the hours and statements of their own agency only
    ("agency", Role.ROSTER_PLANNER, "", AGENCIES[0]),
    ("commissioner", Role.COMMISSIONER, "", COUNCIL),
)
TITLES = {
    "planner": "Roster planner",
    "lead": "Reablement house manager",
    "results": "Performance lead",
    "commissioner": "Commissioning manager",
    "designer": "Service designer",
    "admin": "System administrator",
    "privacy": "Privacy officer",
    "agency": "Care manager",
}


def open_accounts(making: Making, staff: Staff, on_shift: set[int]) -> None:
    """An account for each role, with the password that every fictitious account has.

    `on_shift` are the workers of today: the worker an account belongs to is one of them where any is.
    """
    luck = making.luck("accounts")
    accounts = []
    workers = {}
    for username, role, job_title, employer in ACCOUNTS:
        holders = [w for w in staff.doing(job_title) if str(w.organisation) == employer] if job_title else []
        worker = next((w for w in holders if w.pk in on_shift), holders[0] if holders else None)
        given, family, _ = made_up_name(luck, luck.random() < 0.7, is_older=False)
        if worker:
            workers[username] = worker
        accounts.append(
            Account(
                username=username,
                full_name=worker.name if worker else f"{given} {family}",
                role=role,
                organisation=next(one for one in staff.organisations if one.short_name == employer),
                job_title=worker.job_title if worker else TITLES[username],
            )
        )
    open_fictitious_accounts(
        actor=making.actor,
        service=making.service,
        accounts=accounts,
        workers=workers,
        password=FICTITIOUS_PASSWORD,
        now=making.now,
    )
