"""Location: where the person is, and the other places of a message."""

from dataclasses import dataclass

from homeward.api.fhir.bundle import MessageBundle
from homeward.api.fhir.datatypes import PostalAddress, read_address, read_concepts
from homeward.api.fhir.node import Node

LOCATION_TYPES = "location-types-bars"
INCIDENT = "ILOC"
# The United Kingdom and its seas, degrees; outside this a co-ordinate is a slip, most often the two swapped.
SOUTH, NORTH, WEST, EAST = 49.0, 61.5, -9.5, 2.5
# The British National Grid, metres.
GRID_EAST, GRID_NORTH = 700_000, 1_300_000


@dataclass(frozen=True)
class Place:
    """A place of the message. `latitude` and `longitude`: degrees, only where they lie in the United Kingdom.

    `easting` and `northing`: metres on the British National Grid, only where they can be. `uprn`: the property.
    `kind`: ILOC incident, CLOC caller, RLOC rendezvous, …; "" when not said.
    """

    kind: str
    kind_title: str
    name: str
    address: PostalAddress
    uprn: str
    latitude: float | None
    longitude: float | None
    easting: float | None
    northing: float | None
    what3words: str
    accuracy: str

    def words(self) -> str:
        """The place on one line, as the sender wrote it."""
        parts = [self.name, self.address.words()]
        if self.what3words:
            parts.append(f"what3words {self.what3words}")
        return ", ".join(dict.fromkeys(part for part in parts if part))


def read_place(bundle: MessageBundle, location: Node) -> Place:
    types = [coding for concept in read_concepts(location, "type") for coding in concept.codings]
    kind = next((coding for coding in types if coding.system.endswith(LOCATION_TYPES)), None)
    extension = location.extension("LocationExtension")
    latitude, longitude = _degrees(location.node("position"))
    easting, northing = _grid(extension)
    location.pass_over("status", "mode")
    location.node("managingOrganization").pass_over("reference", "display", "type")
    described = location.text("description")
    name = location.text("name")
    return Place(
        kind=kind.code if kind else "",
        kind_title=kind.words() if kind else "",
        name=f"{name}, {described}" if name and described else name or described,
        address=read_address(location.node("address")),
        uprn=extension.extension("UPRN").text("valueString"),
        latitude=latitude,
        longitude=longitude,
        easting=easting,
        northing=northing,
        what3words=extension.extension("what3words").text("valueString"),
        accuracy=extension.extension("accuracy").text("valueString"),
    )


def _degrees(position: Node) -> tuple[float | None, float | None]:
    latitude, longitude = position.decimal("latitude"), position.decimal("longitude")
    if latitude is None and longitude is None:
        return None, None
    if latitude is None or longitude is None:
        position.note("", "A latitude without a longitude gives no place; look at the address.")
        return None, None
    if SOUTH <= latitude <= NORTH and WEST <= longitude <= EAST:
        return float(latitude), float(longitude)
    swapped = SOUTH <= longitude <= NORTH and WEST <= latitude <= EAST
    why = "its latitude and longitude look swapped" if swapped else "it is not in the United Kingdom"
    position.note(
        "", f"Latitude {latitude}, longitude {longitude} is not used as the place: {why}. Look at the address."
    )
    return None, None


def _grid(extension: Node) -> tuple[float | None, float | None]:
    said = [extension.extension(name).text("valueString") for name in ("eastings", "northings")]
    if not any(said):
        return None, None
    try:
        easting, northing = (float(text) for text in said)
    except ValueError:
        easting = northing = -1.0
    if 1 <= easting <= GRID_EAST and 1 <= northing <= GRID_NORTH:
        return easting, northing
    extension.note(
        "", f"Eastings “{said[0][:30]}”, northings “{said[1][:30]}” are not metres on the national grid; not used."
    )
    return None, None
