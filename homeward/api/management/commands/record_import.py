"""`homeward record import FILE...`: read another system's FHIR record into a person's record here."""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from homeward.access.rules import Actor
from homeward.api.fhir.importing.filing import file_record
from homeward.api.intake.text import UnreadableMessageError
from homeward.kernel.rules import RefusedError
from homeward.people.models import Person
from homeward.teams.models import Service


class Command(BaseCommand):
    help = (
        "Read FHIR records (UK Core, PDS, GP Connect; R4 or STU3; JSON or XML) into a person's record. Who somebody is "
        "is never overwritten: what differs is listed to decide. The same file again changes nothing. Says what became "
        "of each file in counts, never what stands in it."
    )

    def add_arguments(self, parser) -> None:
        parser.add_argument("files", nargs="+", type=Path)
        whose = parser.add_mutually_exclusive_group(required=True)
        whose.add_argument("--person", default="", help="our reference of whose record it belongs to, such as P000123")
        whose.add_argument("--match", action="store_true", help="find the person by the verified NHS number it gives")
        parser.add_argument("--although-different", action="store_true", help="although the NHS number is another")
        parser.add_argument("--service", default="", help="code of the service, if not the first")

    def handle(self, *args, **options) -> None:
        services = Service.objects.order_by("id")
        service = (services.filter(code=options["service"]) if options["service"] else services).first()
        if service is None:
            raise CommandError("There is no such service. Make or import one first.")
        person = None
        if options["person"]:
            found = Person.objects.filter(service=service, reference__iexact=options["person"]).first()
            person = found.merged_into or found if found else None
            if person is None:
                raise CommandError(f"There is nobody with the reference {options['person']} in {service.name}.")
        actor = Actor.system("homeward record import", service.pk)
        refused = 0
        for path in options["files"]:
            try:
                filed = file_record(
                    actor=actor,
                    service_id=service.pk,
                    content=path.read_bytes(),
                    content_type=None,
                    now=timezone.now(),
                    person=person,
                    although_different=options["although_different"],
                )
            except OSError as error:
                raise CommandError(f"{path} cannot be read: {error.strerror}.") from error
            except (RefusedError, UnreadableMessageError) as error:
                refused += 1
                self.stderr.write(f"{path.name}: not filed. {error}")
                continue
            self.stdout.write(f"{path.name}: {filed.words()}")
        if refused:
            raise CommandError(f"{refused} of {len(options['files'])} files were not filed.")
