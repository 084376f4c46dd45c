"""The resources of a FHIR bundle of any version, and the links between them, read without knowing their shapes."""

from homeward.api.fhir.node import Node, Reading


class LinkedResources:
    """A bundle, Parameters or a single resource as nodes that remember what was read.

    `resources`: every resource in order, contained ones included, named by type.
    """

    def __init__(self, resource: dict):
        self.reading = Reading()
        self.root = Node(resource, str(resource.get("resourceType") or "resource"), self.reading)
        self.resources: list[Node] = []
        self._by_address: dict[str, Node] = {}
        entries = resource.get("entry") if resource.get("resourceType") == "Bundle" else None
        for entry in entries if isinstance(entries, list) else []:
            content = entry.get("resource") if isinstance(entry, dict) else None
            if isinstance(content, dict):
                self._add(content, str(entry.get("fullUrl") or ""))
        if not isinstance(entries, list):
            self._add(resource, "")

    def _add(self, content: dict, address: str) -> None:
        kind, resource_id = str(content.get("resourceType") or "resource"), str(content.get("id") or "")
        node = Node(content, kind, self.reading)
        self.resources.append(node)
        for name in (address, f"{kind}/{resource_id}" if resource_id else "", f"urn:uuid:{resource_id}"):
            if name:
                self._by_address.setdefault(name, node)
        for contained in node.nodes("contained"):
            inner_id = str(contained.content.get("id") or "")
            inner = Node(contained.content, str(contained.content.get("resourceType") or "resource"), self.reading)
            self.resources.append(inner)
            if inner_id:
                self._by_address.setdefault(f"#{inner_id}", inner)

    def of_type(self, *kinds: str) -> list[Node]:
        """The resources of these types, in order."""
        return [node for node in self.resources if node.content.get("resourceType") in kinds]

    def first(self, *kinds: str) -> Node:
        """The first resource of these types; an empty node when there is none."""
        return next(iter(self.of_type(*kinds)), Node({}, kinds[0], self.reading))

    def follow(self, reference: Node) -> Node:
        """The resource a reference leads to; an empty node when it is not here."""
        found = self._by_address.get(reference.text("reference"))
        return found if found is not None else Node({}, reference.path, self.reading)
