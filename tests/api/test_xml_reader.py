"""FHIR XML to plain FHIR JSON."""

import pytest

from homeward.api.fhir.wire import UnreadableMessageError, read_message

FHIR = 'xmlns="http://hl7.org/fhir"'


def read(xml: str) -> dict:
    return read_message(xml.encode()).resource


class TestReadXml:
    def test_makes_lists_of_elements_that_repeat_even_when_they_come_once(self):
        assert read(f'<Patient {FHIR}><name><given value="Edith"/></name></Patient>') == {
            "resourceType": "Patient",
            "name": [{"given": ["Edith"]}],
        }

    def test_knows_numbers_and_booleans(self):
        resource = read(
            f'<Patient {FHIR}><active value="true"/><multipleBirthInteger value="2"/>'
            '<telecom><rank value="1"/></telecom></Patient>'
        )
        assert resource["active"] is True
        assert resource["multipleBirthInteger"] == 2
        assert resource["telecom"] == [{"rank": 1}]

    def test_keeps_extensions_beside_a_primitive_element(self):
        resource = read(
            f'<Patient {FHIR}><birthDate value="1938">'
            '<extension url="http://x/why"><valueCode value="est"/></extension></birthDate></Patient>'
        )
        assert resource["birthDate"] == "1938"
        assert resource["_birthDate"] == {"extension": [{"url": "http://x/why", "valueCode": "est"}]}

    def test_lines_up_extensions_beside_a_repeating_element(self):
        resource = read(
            f'<Patient {FHIR}><name><given value="A"/><given value="B"><extension url="u"/></given></name></Patient>'
        )
        assert resource["name"][0]["given"] == ["A", "B"]
        assert resource["name"][0]["_given"] == [None, {"extension": [{"url": "u"}]}]

    def test_reads_contained_resources(self):
        contained = '<contained><Organization><name value="X"/></Organization></contained>'
        resource = read(f"<Patient {FHIR}>{contained}</Patient>")
        assert resource["contained"] == [{"resourceType": "Organization", "name": "X"}]

    def test_keeps_the_narrative_as_text(self):
        resource = read(
            f'<Patient {FHIR}><text><status value="generated"/><div xmlns="http://www.w3.org/1999/xhtml">Hi <b>you</b>'
            "</div></text></Patient>"
        )
        assert "<b>you</b>" in resource["text"]["div"]

    def test_carries_unknown_elements_over_for_settling_to_list(self):
        assert read(f'<Patient {FHIR}><shoeSize value="4"/></Patient>')["shoeSize"] == "4"

    def test_lists_text_where_only_elements_belong(self):
        wire = read_message(f"<Patient {FHIR}>Edith<name/></Patient>".encode())
        assert wire.notes[0].text == "There is text outside any element: Edith"

    def test_reads_control_characters_as_spaces(self):
        wire = read_message(f'<Patient {FHIR}><gender value="fe\x0bmale&#x1;"/></Patient>'.encode())
        assert wire.resource["gender"] == "fe male "
        assert "control characters" in wire.notes[0].text

    def test_takes_a_message_that_does_not_say_it_is_fhir(self):
        wire = read_message(b'<Patient><gender value="female"/></Patient>')
        assert wire.resource["gender"] == "female"
        assert "namespace" in wire.notes[0].text

    @pytest.mark.parametrize(
        "prologue",
        [
            '<!DOCTYPE Patient [<!ENTITY a "x"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>',
            '<!DOCTYPE Patient SYSTEM "file:///etc/passwd">',
            '<!-- a --><!DOCTYPE Patient SYSTEM "http://127.0.0.1:1/x.dtd"><!-- b -->',
        ],
    )
    @pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
    def test_refuses_entities_and_outside_files(self, prologue, encoding):
        xml = f'{prologue}<Patient {FHIR}><gender value="&b;"/></Patient>'
        with pytest.raises(UnreadableMessageError, match="document type"):
            read_message(xml.encode(encoding))

    def test_reads_a_comment_that_only_speaks_of_a_document_type(self):
        resource = read(f'<!-- no <!DOCTYPE here --><Patient {FHIR}><gender value="female"/></Patient>')
        assert resource["gender"] == "female"

    def test_refuses_nesting_that_no_message_needs(self):
        deep = '<extension url="u">' * 200 + "</extension>" * 200
        with pytest.raises(UnreadableMessageError, match="nested"):
            read_message(f"<Patient {FHIR}>{deep}</Patient>".encode())
