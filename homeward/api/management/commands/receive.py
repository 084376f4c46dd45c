"""`homeward receive FILE...`: take in messages that were saved as files, as the FHIR door would."""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from homeward.access.rules import Actor
from homeward.api.fhir.deciding import Asked, decide
from homeward.api.fhir.intake import receive_message
from homeward.referrals.states import MessageOutcome
from homeward.teams.models import Service

REFUSED, UNREADABLE = 1, 2


class Command(BaseCommand):
    help = (
        "Take in FHIR messages from files (JSON or XML): a line a file says which referral it became, or why it was "
        "refused. Exit status 0 when all were accepted, 1 when any was refused, 2 when a file could not be read."
    )

    def add_arguments(self, parser) -> None:
        parser.add_argument("files", nargs="+", metavar="FILE")
        parser.add_argument("--service", default="", help="code of the service that receives them, if not the first")
        parser.add_argument("--dry-run", action="store_true", help="only say what would become of each; keep nothing")
        parser.add_argument("--notes", action="store_true", help="also list what was not understood; may name people")

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
        decision = decide(content)
        if isinstance(decision, Asked):
            use = decision.message.request.use_case or "no use case"
            self._say(name, "accepted", f"{decision.intention}, {use}, {len(decision.notes)} parts not understood")
            self._list(decision.notes, options)
            return False
        self._say(name, "refused", f"{decision.status} {decision.issue_code}: {decision.text}")
        return True

    def _receive(self, name: str, content: bytes, service: Service, options: dict) -> bool:
        answer = receive_message(
            actor=Actor.system("homeward receive", service.pk),
            service_id=service.pk,
            content=content,
            content_type=None,
            now=timezone.now(),
        )
        if answer.outcome == MessageOutcome.REFUSED:
            self._say(name, "refused", f"{answer.status}: {answer.text}")
            return True
        self._say(name, "accepted", answer.text)
        if options["notes"]:
            decision = decide(content)
            self._list(decision.notes if isinstance(decision, Asked) else (), options)
        return False

    def _say(self, name: str, outcome: str, text: str) -> None:
        self.stdout.write(f"{name}: {outcome}: {text}")

    def _list(self, notes, options: dict) -> None:
        if options["notes"]:
            for note in notes:
                self.stdout.write(f"    {note.path or 'message'}: {note.text}")
