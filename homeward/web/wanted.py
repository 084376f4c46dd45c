"""What somebody wants to see of a board, as an address and a session keep it."""

from dataclasses import asdict, replace
from urllib.parse import urlencode


class InAddress:
    """A dataclass of what to show and how. Its `text` is only ever sent in a form: it may be a name."""

    __slots__ = ()

    def kept(self, **changes: str) -> dict[str, str]:
        """What an address, a session or a saved filter holds of it."""
        told = asdict(replace(self, **changes))
        return {name: value for name, value in told.items() if value and name != "text"}

    def query(self, **changes: str) -> str:
        """It as the query of an address."""
        return urlencode(self.kept(**changes))
