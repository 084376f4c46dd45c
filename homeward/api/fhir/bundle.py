"""The message as a whole: its resources, and the links between them."""

from homeward.api.fhir.node import Node, Reading
from homeward.api.fhir.settling import settle
from homeward.api.intake.notes import NotUnderstood


def _named_by_entry(note: NotUnderstood) -> NotUnderstood:
    """`Bundle.entry[3].resource Patient.name` as the readers name it: `entry[3] Patient.name`."""
    return NotUnderstood(note.path.removeprefix("Bundle.").replace("].resource ", "] ", 1), note.text)


class MessageBundle:
    """A settled Bundle of type message, for the readers of its resources.

    `root` is the Bundle itself; `resources` its entries in order, as nodes named `entry[2] Patient`.
    """

    def __init__(self, resource: dict):
        settled, notes = settle(resource)
        self.reading = Reading(notes=[_named_by_entry(note) for note in notes])
        self.root = Node(settled, "Bundle", self.reading)
        self.resources: list[Node] = []
        self._by_address: dict[str, Node] = {}
        self._roles: dict[int, Node] | None = None
        self._read_entries()

    def _read_entries(self) -> None:
        for place, entry in enumerate(self.root.nodes("entry")):
            entry.pass_over("resource", "link", "search", "request", "response")
            content = entry.content.get("resource")
            full_url = entry.text("fullUrl")
            if not isinstance(content, dict):
                self.reading.notes.append(NotUnderstood(f"entry[{place}]", "There is no resource in this entry."))
                continue
            node = Node(content, f"entry[{place}] {content.get('resourceType') or 'resource'}", self.reading)
            self.resources.append(node)
            if full_url and self._by_address.setdefault(full_url, node) is not node:
                node.note("", f"Another part of the message has the same address, {full_url}; links lead to that one.")
            resource_id = node.text("id")
            if resource_id:
                self._by_address.setdefault(f"{content.get('resourceType')}/{resource_id}", node)
                self._by_address.setdefault(f"urn:uuid:{resource_id}", node)
        self.root.pass_over("entry", "type", "timestamp", "signature", "link", "total", "identifier")

    def address_of(self, node: Node) -> str:
        """The fullUrl of a resource; its id where it has none."""
        for entry in self.root.nodes("entry"):
            if entry.content.get("resource") is node.content:
                return entry.text("fullUrl") or node.text("id")
        return node.text("id")

    def role_of(self, practitioner: Node) -> Node:
        """The PractitionerRole that names this Practitioner; empty when none does."""
        if self._roles is None:
            self._roles = {}
            for role in self.of_type("PractitionerRole"):
                named = self.follow(role.node("practitioner"), role)
                self._roles.setdefault(id(named.content), role)
        return self._roles.get(id(practitioner.content), Node({}, practitioner.path, self.reading))

    def of_type(self, *resource_types: str) -> tuple[Node, ...]:
        return tuple(node for node in self.resources if node.content.get("resourceType") in resource_types)

    def follow(self, reference: Node, within: Node | None = None) -> Node:
        """The resource a Reference leads to: in the message, or contained in `within`; empty when neither."""
        address = reference.text("reference")
        reference.pass_over("type", "display")
        found = None
        if address.startswith("#") and within is not None:
            for contained in within.nodes("contained"):
                if contained.content.get("id") == address[1:]:
                    found = contained
        elif address:
            found = self._by_address.get(address) or self._by_address.get("/".join(address.split("/")[-2:]))
        return found if found is not None else Node({}, f"{reference.path} (not in the message)", self.reading)

    def follow_all(self, node: Node, name: str) -> tuple[Node, ...]:
        """Every resource that the references in an element lead to, in order, those not in the message left out."""
        found = []
        for reference in node.nodes(name):
            resource = self.follow(reference, node)
            if resource:
                found.append(resource)
            elif reference.text("reference"):
                shown = reference.content.get("display") or reference.text("reference")
                reference.note("", f"It leads to something that is not in the message: {shown}")
        return tuple(found)

    def resource_type(self, node: Node) -> str:
        return str(node.content.get("resourceType") or "")

    def notes(self) -> tuple[NotUnderstood, ...]:
        """Everything that was not understood: first what did not fit, then what nobody read."""
        unread: list[NotUnderstood] = []
        for node in self.resources:
            if node.is_untouched():
                unread.append(NotUnderstood(node.path, f"This part is not carried over: {node.summary()}"))
            else:
                unread.extend(node.not_read())
        unread.extend(self.root.not_read())
        return tuple(dict.fromkeys([*self.reading.notes, *unread]))
