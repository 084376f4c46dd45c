"""Documents of a few people in home care, and ten years of one person's timeline. All of it says that it is made up."""

import zlib
from datetime import date, datetime, timedelta

from homeward.access.rules import Actor
from homeward.demo.making import Making, acting
from homeward.demo.staff import Staff
from homeward.documents.services import NewDocument, add_documents, add_version, withdraw_document
from homeward.documents.storage import keep
from homeward.episodes.models import Episode
from homeward.kernel.rules import wall_clock
from homeward.people.models import Person, TimelineEntry
from homeward.people.services import add_many_to_timeline, correct_timeline

PLAIN = "This letter is made up, for trying Homeward. Nobody wrote it and it is about nobody."
DISCHARGE = (
    "Merrow General Hospital (fictitious)", "Discharge summary", "", PLAIN, "",
    "Admitted after a fall at home. X-ray of the hip: no fracture.",
    "Treated for a chest infection. Antibiotics finished on the ward.", "",
    "Medicines changed:", "  Stopped: amlodipine. Started: paracetamol 1 g, up to four times a day.", "",
    "Please: visit within two days, check blood pressure lying and standing,",
    "and look at the stair rail. The family is told.",
)  # fmt: skip
OPTICIAN = (
    "Merrowdale Opticians (fictitious)", "Sight test", "", PLAIN, "",
    "Cataract in the left eye, referred. New reading glasses ordered.",
    "Large print helps. Put the lamp behind the left shoulder.",
)  # fmt: skip
RESPECT = (
    "What I want if I become very ill",
    "",
    PLAIN,
    "",
    "I want to stay at home if I can be kept comfortable here.",
    "I do not want to go to intensive care. Ring Rose first, at any hour.",
)
STATEMENT = (
    "Made up, for trying Homeward.\n\nI have lived in this house since 1971. I want to sit in the kitchen in the"
    " morning, because that is where the sun comes in. Please do not tidy the table: I know where things are.\n"
)
STATEMENT_LATER = STATEMENT + "\nSince the summer I would rather have my wash before breakfast.\n"
# Five rows of a letter, three dots wide: enough to say plainly what the drawn page is
DOTS = {"M": "101111101101101", "A": "010101111101101", "D": "110101101101110", "E": "111100110100111",
        "U": "101101101101111", "P": "110101110100100", " ": "0" * 15}  # fmt: skip
# What somebody's ten years are made of: (kind, title, what was written), by whoever did it
USUAL = (
    ("visit", "Morning visit", "Washed and dressed, had porridge and tea. Took her tablets. In good spirits."),
    ("visit", "Evening visit", "Supper warmed up. Legs raised. Radio on, curtains drawn, pendant on."),
    ("visit", "Dressing changed", "Left shin clean and drier. Size as last week. Same dressing."),
    ("observation", "Blood pressure", "132 over 78 sitting, 118 over 70 standing. Not giddy."),
    ("observation", "Weight", "Half a kilo less than last month. Eats better in company."),
    ("call", "Her daughter rang", "Asked who comes on Sunday. Told her, and when."),
    ("family", "Talk with her daughter", "She is tired and would take a weekend off if someone sat with her mother."),
    ("note", "Went to the chapel lunch", "Neighbour drove. Came back singing."),
    ("letter", "Letter from the eye clinic", "Appointment in six weeks. Transport is asked for."),
    ("decision", "Walking frame indoors, stick outside", "She tried both in the yard and chose."),
    ("plan", "Plan reviewed", "Goals as before. One visit fewer on Tuesdays, at her wish."),
    ("concern", "Did not answer the door", "Rang the neighbour, who had a key. She was in the garden."),
)
YEARS = 10
ENTRIES_A_YEAR = 60


def make_papers(making: Making, staff: Staff) -> int:
    """Give three people documents, and the first of them ten years of timeline; gives how many documents there are."""
    people = [
        episode.person
        for episode in Episode.objects.filter(
            service=making.service, ended_at=None, pathway__code="home-care-with-delegated-tasks",
            person__died_on=None, person__gender="female", started_at__lt=making.now - timedelta(days=1),
        ).select_related("person").order_by("id")[:3]
    ]  # fmt: skip
    writers = [acting(making, worker) for worker in (staff.doing("Community nurse") or staff.workers)[:3]]
    if not people or not writers:
        return 0
    _ten_years(making, staff, people[0], writers[0])
    made = 0
    for place, person in enumerate(people):
        made += _papers_of(making, person, writers[place % len(writers)], is_first=place == 0)
    return made


def _papers_of(making: Making, person: Person, writer: Actor, *, is_first: bool) -> int:
    def day(ago: int) -> date:
        return making.today - timedelta(days=ago)

    def add(title: str, kind: str, source: str, ago: int, content: bytes, sensitivity: str = ""):
        new = NewDocument(title, kind, source, day(ago), keep(content), sensitivity)
        at = min(making.now, wall_clock(day(ago - 1), "16:10")) if ago else making.now
        return add_documents(actor=writer, person=person, new=[new], now=at)[0]

    add("Discharge summary, Merrow General", "discharge", "sent", 33, pdf_of(DISCHARGE))
    if not is_first:
        return 1
    add("Sight test", "letter", "scanned", 120, pdf_of(OPTICIAN))
    add("What I want if I become very ill", "legal", "scanned", 210, pdf_of(RESPECT))
    add("Where the key safe and the stopcock are", "photo", "photographed", 64, drawn_page())
    said = add("About me, in my own words", "other", "typed", 300, STATEMENT.encode())
    add_version(
        actor=writer, document=said, file=keep(STATEMENT_LATER.encode()), changed="Wash before breakfast",
        now=wall_clock(day(90), "10:30"),
    )  # fmt: skip
    add("Safeguarding strategy meeting, notes", "report", "sent", 48, pdf_of(("Notes", "", PLAIN)), "safeguarding")
    wrong = add("Appointment letter", "letter", "scanned", 20, pdf_of(("Appointment", "", PLAIN)))
    withdraw_document(
        actor=writer, document=wrong, reason="It is about somebody else with the same last name.",
        now=wall_clock(day(18), "09:15"),
    )  # fmt: skip
    return 8


def _ten_years(making: Making, staff: Staff, person: Person, writer: Actor) -> None:
    luck = making.luck("ten years")
    entries = []
    for number in range(YEARS * ENTRIES_A_YEAR):
        kind, title, text = luck.choice(USUAL)
        worker = luck.choice(staff.workers)
        happened = making.now - timedelta(days=365.25 * (number + 1) / ENTRIES_A_YEAR, minutes=luck.randrange(600))
        entries.append(_entry(person, kind, title, text, worker, happened, luck.randrange(2, 180)))
    first = _entry(
        person, "episode", "Came to the service", "After a stay in hospital. All of this is made up.",
        luck.choice(staff.workers), making.now - timedelta(days=365.25 * YEARS + 3), 20,
    )  # fmt: skip
    kept = _entry(
        person, "concern", "Spoke of money that is missing", "Told to the safeguarding lead the same day. Made up.",
        luck.choice(staff.workers), making.now - timedelta(days=50), 15, "safeguarding",
    )  # fmt: skip
    add_many_to_timeline(
        actor=making.actor, service_id=making.service.pk, entries=[*entries, first, kept], now=making.now
    )
    wrong = TimelineEntry.objects.filter(person=person, title="Blood pressure").order_by("-happened_at").first()
    if wrong is not None:
        correct_timeline(
            actor=writer, entry=wrong, text="123 over 78 sitting, 118 over 70 standing. The first was misread.",
            now=min(making.now, wrong.recorded_at + timedelta(hours=20)),
        )  # fmt: skip


def _entry(person, kind, title, text, worker, happened: datetime, minutes_later: int, sensitivity="") -> TimelineEntry:
    return TimelineEntry(
        person=person, kind=kind, title=title, text=text, happened_at=happened,
        recorded_at=happened + timedelta(minutes=minutes_later), author_name=worker.name,
        author_role=worker.job_title, employer=str(worker.organisation), sensitivity=sensitivity,
    )  # fmt: skip


def pdf_of(lines: tuple[str, ...]) -> bytes:
    """A PDF of one A4 page with these lines, the first of them large."""
    said = [b"BT /F1 18 Tf 60 770 Td 22 TL"]
    for place, line in enumerate(lines):
        text = line.encode("cp1252", "replace").replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)")
        said.append((b"/F1 11 Tf 17 TL " if place == 1 else b"") + b"(" + text + b") Tj T*")
    stream = b"\n".join([*said, b"ET"])
    objects = (
        b"<< /Type /Catalog /Pages 2 0 R /Lang (en-GB) >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
        b" /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    )
    out, places = b"%PDF-1.4\n", []
    for number, one in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, one)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    begins = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n%s" % (len(objects) + 1, table)
    return out + b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, begins)


def drawn_page() -> bytes:
    """A PNG of a plan of a house, drawn in blocks, that says MADE UP in large letters."""
    wide, high, dot = 640, 440, 12
    rows = [bytearray(b"\xf4\xf6\xf7" * wide) for _ in range(high)]

    def fill(left: int, top: int, right: int, bottom: int, colour: bytes) -> None:
        for row in rows[top:bottom]:
            row[left * 3 : right * 3] = colour * (right - left)

    for left, top, right, bottom in ((60, 150, 340, 390), (350, 150, 580, 260), (350, 270, 580, 390)):
        fill(left, top, right, bottom, b"\x42\x55\x63")
        fill(left + 5, top + 5, right - 5, bottom - 5, b"\xff\xff\xff")
    fill(40, 240, 70, 290, b"\x00\x5e\xb8")  # the front door
    fill(20, 300, 50, 330, b"\xd5\x28\x1b")  # the key safe
    fill(520, 330, 550, 360, b"\x00\x7f\x3b")  # the stopcock
    for place, letter in enumerate("MADE UP"):
        for number, is_on in enumerate(DOTS[letter]):
            if is_on == "1":
                left, top = 60 + place * dot * 4 + number % 3 * dot, 40 + number // 3 * dot
                fill(left, top, left + dot, top + dot, b"\x21\x2b\x32")

    def part(name: bytes, content: bytes) -> bytes:
        return len(content).to_bytes(4, "big") + name + content + zlib.crc32(name + content).to_bytes(4, "big")

    head = wide.to_bytes(4, "big") + high.to_bytes(4, "big") + b"\x08\x02\x00\x00\x00"
    drawn = zlib.compress(b"".join(b"\x00" + bytes(row) for row in rows), 6)
    return b"\x89PNG\r\n\x1a\n" + part(b"IHDR", head) + part(b"IDAT", drawn) + part(b"IEND", b"")
