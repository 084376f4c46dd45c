"""`homeward receive stays FILE...`: take in stays in hospital, and ward lists, that were saved as files."""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from homeward.access.rules import Actor
from homeward.api.hospital.reading import read_payload
from homeward.api.hospital.receiving import receive_payload
from homeward.api.hospital.table import payload_line
from homeward.discharge.services.ward_lists import ListHandedIn, hand_in_ward_list, said_of, take_in_ward_list
from homeward.discharge.states.ward_lists import ListState
from homeward.kernel.rules import RefusedError
from homeward.referrals.states import MessageOutcome
from homeward.teams.models import Service

REFUSED, UNREADABLE = 1, 2


class Command(BaseCommand):
    help = (
        "Take in stays in hospital from files: FHIR Encounters and discharge documents (STU3 or R4, JSON or XML), and "
        "ward lists (CSV, by the ending of their names). A line a file says what it is, and what became of it or why "
        "it was refused. Exit status 0 when all were accepted, 1 when any was refused, 2 when a file could not be read."
    )

    def add_arguments(self, parser) -> None:
        parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
        parser.add_argument("--service", default="", help="code of the service that receives them, if not the first")
        parser.add_argument("--hospital", default="", help="which hospital a ward list is from")
        parser.add_argument("--dry-run", action="store_true", help="only say what would be read of each; keep nothing")

    def handle(self, *args, **options) -> None:
        worst = 0
        service = None if options["dry_run"] else self._service(options["service"])
        for path in options["files"]:
            try:
                content = path.read_bytes()
            except OSError as error:
                self.stderr.write(f"{path}: could not be read: {error.strerror}. Check the path.")
                worst = UNREADABLE
                continue
            if service is None:
                line = payload_line(path.name, read_payload(content))
                is_refused = not line.is_read
                self.stdout.write(f"{line.name}: {line.kind}: {line.said}")
            elif path.suffix.lower() == ".csv":
                is_refused = self._take_list(path.name, content, service, options["hospital"])
            else:
                is_refused = self._take(path.name, content, service)
            worst = max(worst, REFUSED if is_refused else 0)
        if worst:
            raise SystemExit(worst)

    def _service(self, code: str) -> Service:
        services = Service.objects.order_by("id")
        service = (services.filter(code=code) if code else services).first()
        if service is None:
            raise CommandError("There is no such service. Make or import one first.", returncode=UNREADABLE)
        return service

    def _take(self, name: str, content: bytes, service: Service) -> bool:
        actor = Actor.system("homeward receive stays", service.pk)
        answer = receive_payload(
            actor=actor, service_id=service.pk, content=content, content_type=None, now=timezone.now()
        )
        is_refused = answer.outcome == MessageOutcome.REFUSED
        self.stdout.write(f"{name}: {'refused' if is_refused else 'accepted'}: {answer.text}")
        return is_refused

    def _take_list(self, name: str, content: bytes, service: Service, hospital: str) -> bool:
        actor = Actor.system("homeward receive stays", service.pk)
        now = timezone.now()
        try:
            given = ListHandedIn(content=content, hospital_name=hospital, made_at=now)
            kept = hand_in_ward_list(actor=actor, service_id=service.pk, given=given, now=now)
            taken = take_in_ward_list(actor=actor, ward_list=kept, now=now)
        except RefusedError as error:
            self.stdout.write(f"{name}: refused: {error}")
            return True
        is_refused = taken.state == ListState.SET_ASIDE
        self.stdout.write(
            f"{name}: {'refused: ' + taken.message.reason if is_refused else 'accepted: ' + said_of(taken)}"
        )
        for fault in taken.message.not_understood:
            self.stdout.write(f"    {fault['path']}: {fault['text']}")
        return is_refused or bool(taken.message.not_understood)
