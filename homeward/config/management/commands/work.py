"""`homeward work`: what the service does by itself, every few seconds."""

import logging
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from datetime import datetime, timedelta

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import close_old_connections, connections
from django.utils import timezone

from homeward.access.rules import Actor
from homeward.api.fhir.outgoing import make_replies, send_replies
from homeward.api.telling.sending import send_deliveries
from homeward.audit.services import keep_head, seal_all
from homeward.beds.services import book_reviews, find_follow_ups, lapse_offers
from homeward.delegation.services import suspend_after_scores, warn_of_lapses
from homeward.discharge.services import follow_usual_care
from homeward.discharge.services.rounds import hold_round, tell_results
from homeward.equipment.services import book_due_checks, book_due_reviews
from homeward.escalation.services import escalate_due, tell_of_scores_owed
from homeward.kernel.selectors import latest_change
from homeward.outcomes.facts.copying import has_news, refresh
from homeward.outcomes.measures.compiling import warm_up
from homeward.outcomes.services import send_packs
from homeward.rights.services import find_unusual
from homeward.roster.selectors import is_rota_asked_for
from homeward.surveys.services import ask_after_care, ask_staff, remind
from homeward.teams.selectors import all_service_ids, services_for
from homeward.visits.models import Visit
from homeward.visits.planning import follow_delegations, plan_round_clinic
from homeward.visits.services import (
    date_sessions,
    follow_addresses,
    forecast_demand,
    look_nightly,
    make_handover_sheets,
)
from homeward.whatif.services import is_weighing_due

SECONDS_BETWEEN = 5  # a clock's fraction is told at most this long after it is reached
LOOK_THROUGH_EVERY = timedelta(minutes=1)
logger = logging.getLogger("homeward.work")
# The process that builds a rota, if any
BUILDING: list[subprocess.Popen] = []
# When weighing was started for each service, so that it is not started twice
WEIGHING: dict[int, datetime] = {}
TRIED_AGAIN_AFTER = timedelta(hours=1)
# What brings the measures' copy of the record up to date, if anything does, and when it was begun
COPYING: list[threading.Thread] = []
COPIED: list[datetime] = []
COPIED_EVERY = timedelta(seconds=45)  # results are at most a minute behind the record


def work_once(now: datetime) -> list[str]:
    """Do everything that is due once, for every service; gives the names of what failed.

    One thing that fails does not keep the others from being done. Everything here may be done by several processes at
    once, and again after a stop: each thing is found in the record, and happens once.
    """
    service_ids = all_service_ids()
    actor = Actor.system("Homeward, by itself", *service_ids)
    duties: list[tuple[str, Callable[[], object]]] = [
        *(
            (f"clocks of service {pk}", lambda pk=pk: escalate_due(actor=actor, service_id=pk, now=now))
            for pk in service_ids
        ),
        *(
            (
                f"scores owed of service {pk}",
                lambda pk=pk: tell_of_scores_owed(actor=actor, service_id=pk, now=now),
            )
            for pk in service_ids
        ),
        *(
            (
                f"handover of service {pk}",
                lambda pk=pk: make_handover_sheets(actor=actor, service_id=pk, now=now),
            )
            for pk in service_ids
        ),
        *(
            (
                f"addresses of service {pk}",
                lambda pk=pk: follow_addresses(actor=actor, service_id=pk, now=now),
            )
            for pk in service_ids
        ),
        *(
            (f"clinics of service {pk}", lambda pk=pk: date_sessions(actor=actor, service_id=pk, now=now))
            for pk in service_ids
        ),
        *(
            (f"beds held in service {pk}", lambda pk=pk: lapse_offers(actor=actor, service_id=pk, now=now))
            for pk in service_ids
        ),
        *(
            (f"usual care in service {pk}", lambda pk=pk: _plan_what(follow_usual_care, "Home again", actor, pk, now))
            for pk in service_ids
        ),
        *(
            (
                f"delegations of service {pk}",
                lambda pk=pk: _follow_delegations(actor, pk, now),
            )
            for pk in service_ids
        ),
        *(
            (f"unwell people of service {pk}", lambda pk=pk: suspend_after_scores(actor=actor, service_id=pk, now=now))
            for pk in service_ids
        ),
        *(
            (f"lapses of service {pk}", lambda pk=pk: warn_of_lapses(actor=actor, service_id=pk, now=now))
            for pk in service_ids
        ),
        *(
            (f"chasing round of service {pk}", lambda pk=pk: hold_round(actor=actor, service_id=pk, now=now))
            for pk in service_ids
        ),
        *(
            (f"results of rounds of service {pk}", lambda pk=pk: tell_results(actor=actor, service_id=pk, now=now))
            for pk in service_ids
        ),
        *(
            (f"follow-ups of service {pk}", lambda pk=pk: find_follow_ups(actor=actor, service_id=pk, now=now))
            for pk in service_ids
        ),
        *((f"surveys of service {pk}", lambda pk=pk: _ask_how_it_was(actor, pk, now)) for pk in service_ids),
        *(
            (f"packs of results of service {pk}", lambda pk=pk: send_packs(actor=actor, service_id=pk, now=now))
            for pk in service_ids
        ),
        *((f"replies of service {pk}", lambda pk=pk: make_replies(actor, pk, now)) for pk in service_ids),
        ("replies", lambda: send_replies(actor, now)),
        ("notices", lambda: send_deliveries(actor, now)),
        ("sealing of the audit trail", lambda: _seal(actor, now)),
        ("unusual access", lambda: find_unusual(actor=actor, now=now)),
        *(
            (f"bed reviews of service {pk}", lambda pk=pk: _plan_what(book_reviews, "Reviews due", actor, pk, now))
            for pk in service_ids
        ),
        *(
            (
                f"equipment checks of service {pk}",
                lambda pk=pk: _plan_what(book_due_checks, "Checks due", actor, pk, now),
            )
            for pk in service_ids
        ),
        *(
            (f"forecast of service {pk}", lambda pk=pk: forecast_demand(actor=actor, service_id=pk, now=now))
            for pk in service_ids
        ),
        *(
            (
                f"equipment reviews of service {pk}",
                lambda pk=pk: _plan_what(book_due_reviews, "Reviews due", actor, pk, now),
            )
            for pk in service_ids
        ),
        # last: once a night these take seconds
        *(
            (
                f"visits that could be one of service {pk}",
                lambda pk=pk: look_nightly(actor=actor, service_id=pk, now=now),
            )
            for pk in service_ids
        ),
    ]
    failed = []
    for name, duty in duties:
        try:
            duty()
        except Exception as error:  # the rest must still be done, and this is tried again in seconds
            logger.error("%s failed: %s", name, type(error).__name__)
            failed.append(name)
    return failed


def _ask_how_it_was(actor: Actor, service_id: int, now: datetime) -> None:
    """Ask after care that ended, staff once a quarter, and remind once."""

    def link_for(token: str) -> str:
        return f"{settings.HOMEWARD_ADDRESS.rstrip('/')}/survey/{token}"

    ask_after_care(actor=actor, service_id=service_id, now=now, link_for=link_for)
    ask_staff(actor=actor, service_id=service_id, now=now)
    remind(actor=actor, service_id=service_id, now=now, link_for=link_for)


def _plan_what(book: Callable[..., list[Visit]], why: str, actor: Actor, service_id: int, now: datetime) -> None:
    """Book what is due, and plan again the days of those visits that have a plan."""
    visits = book(actor=actor, service_id=service_id, now=now)
    if visits:
        plan_round_clinic(actor=actor, service_id=service_id, visits=visits, now=now, why=why)


# When each service was looked through last in this process, and the newest change it had then
_looked: dict[int, tuple[int, datetime]] = {}


def _follow_delegations(actor: Actor, service_id: int, now: datetime) -> None:
    """Follow delegation at once when something about it changed, and once a minute in any case: days pass, too.

    A process that has just begun looks through everything, so nothing is lost by a stop.
    """
    newest = latest_change(("delegation", "roster"))
    before = _looked.get(service_id)
    if before is not None and before[0] == newest and now - before[1] < LOOK_THROUGH_EVERY:
        return
    follow_delegations(actor=actor, service_id=service_id, now=now)
    _looked[service_id] = (newest, now)


def _seal(actor: Actor, now: datetime) -> None:
    """Seal what waits, and keep the head where whoever has only the database cannot reach it."""
    seal_all(actor=actor, now=now)
    if settings.AUDIT_HEAD_FILE:
        keep_head(path=settings.AUDIT_HEAD_FILE)


def start_weighing(now: datetime) -> None:
    """Weigh sign-offs where it is due, in a process of its own: it takes minutes, and no clock may wait for it."""
    service_ids = all_service_ids()
    actor = Actor.system("Homeward, by itself", *service_ids)
    for service in services_for(actor):
        started = WEIGHING.get(service.pk)
        if (started is None or now - started >= TRIED_AGAIN_AFTER) and is_weighing_due(actor, service.pk, now):
            WEIGHING[service.pk] = now
            subprocess.Popen(
                [sys.executable, "-m", "homeward.config.commands", "delegation", "value-of-signoff", "--service",
                 service.code], stdout=subprocess.DEVNULL,
            )  # fmt: skip


def start_building(now: datetime) -> None:
    """Build the rota that somebody asked for, in a process of its own: it takes a minute. One at a time."""
    if any(process.poll() is None for process in BUILDING):
        return
    if is_rota_asked_for(Actor.system("Homeward, by itself", *all_service_ids()), now):
        BUILDING[:] = [
            subprocess.Popen(
                [sys.executable, "-m", "homeward.config.commands", "roster", "build"], stdout=subprocess.DEVNULL
            )
        ]


def start_copying(now: datetime) -> None:
    """Bring the measures' copy of the record up to date where something changed, beside the other duties.

    A refresh takes a second, but the first copy a minute, and no clock may wait for it. One at a time. A copy half made
    when this stops is thrown away, and begun again at the next start.
    """
    is_soon = COPIED and now - COPIED[-1] < COPIED_EVERY
    if is_soon or any(one.is_alive() for one in COPYING):
        return
    COPIED[:] = [now]
    COPYING[:] = [threading.Thread(target=_copy, args=(now,), daemon=True)]
    COPYING[0].start()


def _copy(now: datetime) -> None:
    try:
        if has_news():
            refresh(now=now)
        warm_up()
    except Exception as error:  # tried again in seconds
        logger.error("the copy of the record failed: %s", type(error).__name__)
    finally:
        connections.close_all()


class Command(BaseCommand):
    help = "Watch the clocks, tell whoever must be told, and send what waits to be sent, until stopped."

    def add_arguments(self, parser) -> None:
        parser.add_argument("--once", action="store_true", help="do what is due now, and stop")

    def handle(self, *args, once: bool, **options) -> None:
        if once:
            raise SystemExit(1 if work_once(timezone.now()) else 0)
        stopped = threading.Event()
        for name in (signal.SIGTERM, signal.SIGINT):
            signal.signal(name, lambda signum, frame: stopped.set())
        while not stopped.wait(SECONDS_BETWEEN):
            close_old_connections()
            work_once(timezone.now())
            start_weighing(timezone.now())
            start_building(timezone.now())
            start_copying(timezone.now())
