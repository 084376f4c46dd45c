"""What the equipment store has, who has some of it, a check that is overdue, and two devices that call right now."""

from datetime import timedelta
from decimal import Decimal

from homeward.access.rules import Actor, Role
from homeward.demo.making import Making
from homeward.episodes.models import Episode
from homeward.equipment.models import DeviceAlert, Item, Kind, Loan, Store
from homeward.equipment.services import (
    NewAsk,
    NewCall,
    NewDevice,
    NewReview,
    NewStock,
    Wanted,
    add_usual_kinds,
    approve_request,
    ask_for_equipment,
    book_checks,
    close_alert,
    hand_over,
    open_store,
    receive_call,
    receive_stock,
    record_check,
    report_broken,
    reserve,
    review_benefit,
    take_back,
)
from homeward.equipment.states import AlertOutcome, AlertState, CallKind, CheckSort
from homeward.kernel.rules import london_day
from homeward.people.models import Person
from homeward.teams.models import Organisation

# (kind, how many, pence each, days ago, batch)
STOCK = (
    ("profiling_bed", 3, 95_000, 150, "PB24"), ("commode", 4, 9_500, 80, "C11"), ("hoist", 2, 118_000, 80, "MH7"),
    ("sling", 2, 14_000, 210, "S-2025"), ("pendant", 6, 8_900, 80, "P3"), ("fall_detector", 2, 12_500, 80, "F1"),
    ("bed_or_chair_sensor", 2, 11_000, 80, "B2"), ("medicine_dispenser", 1, 15_900, 80, "M1"),
    ("walking_frame", 12, None, 80, ""), ("grab_rail", 20, None, 80, ""), ("key_safe", 8, None, 80, ""),
    ("perching_stool", 5, None, 80, ""), ("bath_lift", 4, 46_000, 175, "BL3"),
)  # fmt: skip
# (kind, days ago, why)
LENT = (
    ("commode", 70, "Cannot reach the toilet at night"), ("pendant", 65, "Fell twice; lives alone"),
    ("pendant", 50, "Wants to stay at home; her daughter worries"), ("sling", 190, "Hoisted from bed to chair"),
    ("fall_detector", 40, "Faints without warning"), ("bed_or_chair_sensor", 30, "Gets up at night and falls"),
    ("hoist", 45, "Hoisted from bed to chair"), ("pendant", 20, "Falls; can press but not get up"),
)  # fmt: skip
# (kind, how many, why, in how many days)
ASKED = (
    ("grab_rail", 2, "Steps at the front door", 1), ("profiling_bed", 1, "Cannot sit up; looked after in bed", 1),
    ("key_safe", 1, "Cannot come to the door", 5), ("commode", 1, "Cannot climb the stairs", 5),
)  # fmt: skip
SHOWN = "How to use it, how to clean it, and whom to ring when something is wrong"
ENGINEERS = "Tideswell Lift Engineers"
CENTRE, CENTRE_PHONE = "Merrow Lifeline", "07700 900555"


def make_equipment(making: Making) -> int:
    """Stock a store, lend some of it, ask for more and let two devices call; gives how many loans."""
    told = {"actor": making.actor, "now": making.now}
    council, trust = (
        Organisation.objects.filter(service=making.service, kind=kind, is_employer=True).order_by("pk").first()
        for kind in (Organisation.Kind.COUNCIL, Organisation.Kind.NHS_TRUST)
    )
    add_usual_kinds(**told, service_id=making.service.pk)
    store = open_store(
        **told, service_id=making.service.pk, name="Foundry Lane store", lines="3 Foundry Lane", postcode="DE1 3DA"
    )
    kinds = {one.code: one for one in Kind.objects.filter(service=making.service)}
    for number, (code, quantity, pence, days, batch) in enumerate(STOCK):
        owner, payer = (council, trust) if number % 2 else (trust, council)
        new = NewStock(
            kind=kinds[code], store=store, owner=owner, quantity=quantity, batch=batch, cost_pence=pence,
            payer=payer if number % 3 == 0 else None, maker="Made-Up Makers" if batch else "",
        )  # fmt: skip
        receive_stock(actor=making.actor, new=new, now=making.now - timedelta(days=days))
    people = _people(making, len(LENT) + len(ASKED))
    loans = [
        _lend(making, person, kinds[code], store, days, why)
        for person, (code, days, why) in zip(people, LENT, strict=False)
    ]
    for person, (code, quantity, why, days) in zip(people[len(LENT) :], ASKED, strict=False):
        ask = NewAsk(code, why, making.today + timedelta(days), quantity)
        ask_for_equipment(**told, person=person, new=ask)
    _what_became_of(making, loans)
    _calls(making, loans)
    _checks(making, store)
    return len(loans)


def _people(making: Making, many: int) -> list[Person]:
    """People who are cared for, so that their team sees them; always the same ones."""
    running = Episode.objects.filter(service=making.service, ended_at=None, person__died_on=None).order_by("pk")
    found = Person.objects.filter(pk__in=running.values("person_id")).order_by("pk")[: many * 2]
    people = [person for person in found if not person.sensitivity and person.restricted_since is None]
    return people[:many]


def _lend(making: Making, person: Person, kind: Kind, store: Store, days: int, why: str) -> Loan:
    at = making.now - timedelta(days=days)
    item = Item.objects.filter(kind=kind, store=store, state="in_store").order_by("pk").first()
    told = {"actor": making.actor, "now": at}
    asked = ask_for_equipment(**told, person=person, new=NewAsk(kind.code, why, london_day(at)))
    if kind.needs_approval:
        approve_request(**told, request=asked)
    reserve(**told, request=asked, item=item)
    device = None
    if kind.is_alerting:
        device = NewDevice(f"ML-{item.pk:05d}", CENTRE, CENTRE_PHONE, "Worn" if kind.code == "pendant" else "Bedroom",
                           "Pressed, and the centre answered")  # fmt: skip
    return hand_over(**told, request=asked, shown=SHOWN, shown_to="The person, and their family", device=device)


def _what_became_of(making: Making, loans: list[Loan]) -> None:
    if len(loans) < len(LENT):
        return
    first = london_day(making.now - timedelta(days=8))
    for loan, home, before, now_hours, said in (
        (loans[1], True, "14", "9.5", "I would be in a home by now. I press it, they come."),
        (loans[2], False, "7", "7", "I feel safer going in the garden."),
        (loans[4], None, "10.5", "8", "It rang when I went down in the kitchen."),
    ):
        new = NewReview(
            "helps", said, first, is_care_home_avoided=home, is_admission_avoided=loan is loans[4],
            care_hours_before=Decimal(before), care_hours_now=Decimal(now_hours), saved_pence_a_week=None,
        )  # fmt: skip
        review_benefit(actor=making.actor, loan=loan, new=new, now=making.now - timedelta(days=8))
    report_broken(actor=making.actor, loan=loans[6], what="One leg does not lock", now=making.now - timedelta(hours=20))
    take_back(actor=making.actor, loan=loans[0], why="Reaches the toilet again", now=making.now - timedelta(hours=4))


def _checks(making: Making, store: Store) -> None:
    """A safety check that failed, two booked with engineers, and one that nobody has booked yet."""
    failed, *others = Item.objects.filter(kind__code="bath_lift", store=store).order_by("pk")
    record_check(
        actor=making.actor, item=failed, sort=CheckSort.SAFETY, done_on=making.today - timedelta(days=6),
        is_passed=False, note="The motor stops under load", done_by=ENGINEERS, now=making.now,
    )  # fmt: skip
    wanted = [Wanted(item, CheckSort.SAFETY) for item in others[:2]]
    book_checks(actor=making.actor, wanted=wanted, day=making.today + timedelta(days=2), who=ENGINEERS, now=making.now)


def _calls(making: Making, loans: list[Loan]) -> None:
    """Two calls that wait, one of today that was answered, and a check-in of each but one device."""
    centre = Actor(name=CENTRE, role=Role.MACHINE, employer=CENTRE, service_ids=frozenset({making.service.pk}))
    devices = [loan.item.device for loan in loans if loan.kind.is_alerting]

    def call(device, kind: CallKind, minutes: int, text: str = ""):
        at = making.now - timedelta(minutes=minutes)
        new = NewCall(f"{making.today:%Y%m%d}-{device.pk}-{kind}", device.identifier, kind, at, text)
        return receive_call(actor=centre, service_id=making.service.pk, call=new, content=b"{}", now=at)

    for device in devices[:-1]:
        call(device, CallKind.CHECK_IN, 180)
    if len(devices) < 3:
        return
    answered = call(devices[2], CallKind.FALL, 150, "Spoke to the centre: sitting on the floor").alert
    close_alert(
        actor=making.actor, alert=answered, outcome=AlertOutcome.CONTACT, now=making.now - timedelta(minutes=130),
        text="Her son was there in 10 minutes and helped her up. Not hurt.",
    )  # fmt: skip
    call(devices[0], CallKind.PRESSED, 12, "Pressed twice, no answer on the speaker")
    call(devices[1], CallKind.BATTERY, 90)


def settle_old_calls(making: Making) -> None:
    """Close calls of a day on which nobody used the place: somebody answered them then."""
    old = DeviceAlert.objects.filter(service=making.service, received_at__lt=making.now - timedelta(hours=12))
    for alert in old.exclude(state=AlertState.CLOSED):
        at = min(making.now, alert.received_at + timedelta(minutes=20))
        text = "Spoke to them the same hour. All was well."
        close_alert(actor=making.actor, alert=alert, outcome=AlertOutcome.SPOKE, text=text, now=at)
