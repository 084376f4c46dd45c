"""`homeward connect NAME`: give another organisation's system the token it hands messages in with."""

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from homeward.access.rules import Actor
from homeward.kernel.rules import RefusedError
from homeward.teams.models import Service
from homeward.teams.services import connect_machine


class Command(BaseCommand):
    help = (
        "Connect another system, so that it can hand in messages at /fhir/$process-message. Prints its bearer token "
        "once: only a digest is kept. The same name again gives a new token, and the old one stops working."
    )

    def add_arguments(self, parser) -> None:
        parser.add_argument("name", help="a short name for the system, such as ambulance-control")
        parser.add_argument("--title", default="", help="what people call it; shown with what it sends")
        parser.add_argument("--service", default="", help="code of the service it may send to, if not the first")
        parser.add_argument(
            "--read",
            default="",
            metavar="PURPOSE",
            help="let it also read records over FHIR, for this purpose, such as 'Direct care: shared care record'",
        )

    def handle(self, *args, **options) -> None:
        services = Service.objects.order_by("id")
        code = options["service"]
        service = (services.filter(code=code) if code else services).first()
        if service is None:
            named = f"no service with the code {code}" if code else "no service yet"
            raise CommandError(f"There is {named}. Make or import one first.")
        try:
            token = connect_machine(
                actor=Actor.system("homeward connect", service.pk),
                username=options["name"],
                full_name=options["title"] or options["name"],
                services=[service],
                reads_for=options["read"].strip(),
                now=timezone.now(),
            )
        except RefusedError as error:
            raise CommandError(str(error)) from error
        may = "send messages to, and read the records of people cared for by," if options["read"].strip() else ""
        self.stderr.write(
            f"{options['name']} may now {may or 'send messages to'} {service.name}. Its token, shown only now:"
        )
        self.stdout.write(token)
