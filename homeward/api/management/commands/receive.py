"""`homeward receive FILE...`: take in messages and files of referrals that were saved as files."""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from homeward.access.rules import Actor
from homeward.api.intake.asked import Refusal
from homeward.api.intake.receiving import receive_message
from homeward.api.kinds import read_any
from homeward.referrals.rules import looks_like_a_file_of_referrals
from homeward.referrals.services import receive_file
from homeward.referrals.states import MessageOutcome
from homeward.teams.models import Service

REFUSED, UNREADABLE = 1, 2


class Command(BaseCommand):
    help = (
        "Take in messages from files: BaRS (JSON or XML), NHS 111 reports (CDA or FHIR), e-RS requests, and CSV files "
        "of referrals; their content says which. A line a file says which referral it became, or why it was refused. "
        "Exit status 0 when all were accepted, 1 when any was refused or any row sent back, 2 when a file could not "
        "be read."
    )

    def add_arguments(self, parser) -> None:
        parser.add_argument("files", nargs="+", metavar="FILE")
        parser.add_argument("--service", default="", help="code of the service that receives them, if not the first")
        parser.add_argument("--dry-run", action="store_true", help="only say what would become of each; keep nothing")
        parser.add_argument("--notes", action="store_true", help="also list what was not understood; may name people")
        parser.add_argument("--sent-by", default="homeward receive", help="who made a CSV file of referrals")

    def handle(self, *args, **options) -> None:
        worst = 0
        service = None if options["dry_run"] else self._service(options["service"])
        for name in options["files"]:
            try:
                content = Path(name).read_bytes()
            except OSError as error:
                self.stderr.write(f"{name}: could not be read: {error.strerror}. Check the path.")
                worst = UNREADABLE
                continue
            is_refused = (
                self._dry_run(name, content, options)
                if service is None
                else self._receive(name, content, service, options)
            )
            worst = max(worst, REFUSED if is_refused else 0)
        if worst:
            raise SystemExit(worst)

    def _service(self, code: str) -> Service:
        services = Service.objects.order_by("id")
        service = (services.filter(code=code) if code else services).first()
        if service is None:
            named = f"no service with the code {code}" if code else "no service yet"
            raise CommandError(f"There is {named}. Make or import one first.", returncode=UNREADABLE)
        return service

    def _dry_run(self, name: str, content: bytes, options: dict) -> bool:
        if looks_like_a_file_of_referrals(content):
            self._say(name, "a file of referrals", "it is read row by row when it is taken in")
            return False
        read = read_any(content)
        if isinstance(read, Refusal):
            self._say(name, "refused", f"{read.status} {read.issue_code}: {read.text}")
            return True
        use = read.referral.use_case or "no use case"
        self._say(name, "accepted", f"{read.intention}, {use}, {len(read.notes)} parts not understood")
        self._list(read.notes, options)
        return False

    def _receive(self, name: str, content: bytes, service: Service, options: dict) -> bool:
        actor = Actor.system("homeward receive", service.pk)
        if looks_like_a_file_of_referrals(content):
            return self._receive_file(name, content, actor, service, options)
        answer = receive_message(
            actor=actor,
            service_id=service.pk,
            content=content,
            content_type=None,
            read=read_any,
            now=timezone.now(),
        )
        if answer.outcome == MessageOutcome.REFUSED:
            self._say(name, "refused", f"{answer.status}: {answer.text}")
            return True
        self._say(name, "accepted", answer.text)
        if options["notes"]:
            read = read_any(content)
            self._list(() if isinstance(read, Refusal) else read.notes, options)
        return False

    def _receive_file(self, name: str, content: bytes, actor: Actor, service: Service, options: dict) -> bool:
        taken = receive_file(
            actor=actor, service_id=service.pk, content=content, sent_by=options["sent_by"], now=timezone.now()
        )
        faults = taken.message.not_understood
        self._say(name, "read" if taken.rows else "refused", taken.message.reason)
        for fault in faults:
            self.stdout.write(f"    {fault['path']}: {fault['text']}")
        return bool(faults)

    def _say(self, name: str, outcome: str, text: str) -> None:
        self.stdout.write(f"{name}: {outcome}: {text}")

    def _list(self, notes, options: dict) -> None:
        if options["notes"]:
            for note in notes:
                self.stdout.write(f"    {note.path or 'message'}: {note.text}")
