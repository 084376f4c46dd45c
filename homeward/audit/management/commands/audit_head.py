"""`homeward audit head`: the hash that stands for the whole audit trail so far."""

from django.core.management.base import BaseCommand
from django.utils import timezone

from homeward.access.rules import Actor
from homeward.audit.selectors import chain_state
from homeward.audit.services import seal_all


class Command(BaseCommand):
    help = (
        "Seal what waits and print the head of the audit trail. Keep it where nobody who can change the database can."
    )

    def handle(self, *args, **options) -> None:
        actor = Actor.system("homeward audit")
        seal_all(actor=actor, now=timezone.now())
        state = chain_state(actor)
        if not state.head:
            self.stdout.write("There are no events yet.")
            return
        self.stdout.write(state.head)
        self.stderr.write(f"seal {state.seal_number}, {state.sealed:,} events, sealed at {state.sealed_at.isoformat()}")
