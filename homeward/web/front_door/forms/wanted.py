"""How somebody wants to see the queue: which referrals, as a list or as columns. Names never go into an address."""

from dataclasses import asdict, dataclass

from homeward.kernel.rules import is_postcode
from homeward.referrals.selectors import QueueFilter
from homeward.referrals.states import Source, Urgency
from homeward.web.wanted import InAddress

VIEWS = ("list", "columns")
HELD = {"me": "Me", "nobody": "Nobody", "others": "Somebody else"}
LONGEST = 80


@dataclass(frozen=True, slots=True)
class Wanted(InAddress):
    """What the queue shows and how; `show` is all to draw however many there are.

    `text` is only ever sent in a form: it may be a name.
    """

    view: str = "list"
    show: str = ""
    urgency: str = ""
    source: str = ""
    pathway: str = ""
    held: str = ""
    alert: str = ""
    area: str = ""
    text: str = ""

    @property
    def is_everything(self) -> bool:
        """Whether no referral is left out."""
        return self.filter() == QueueFilter()

    def filter(self) -> QueueFilter:
        """Which referrals to keep, as the room takes it."""
        told = asdict(self)
        del told["view"], told["show"]
        return QueueFilter(**told)


def read_wanted(told) -> Wanted:
    """What an address, a session or a saved filter says; what makes no sense is left out."""
    said = {name: str(told.get(name, ""))[:LONGEST] for name in Wanted.__slots__}
    area = said["area"].upper()
    return Wanted(
        view=said["view"] if said["view"] in VIEWS else VIEWS[0],
        show="all" if said["show"] == "all" else "",
        urgency=said["urgency"] if said["urgency"] in Urgency.values else "",
        source=said["source"] if said["source"] in Source.values else "",
        pathway=said["pathway"] if said["pathway"].replace("-", "").isalnum() else "",
        held=said["held"] if said["held"] in HELD else "",
        alert="yes" if said["alert"] == "yes" else "",
        area=area if is_postcode(f"{area} 1AA") else "",
        text=said["text"].replace("\0", "").strip(),
    )
