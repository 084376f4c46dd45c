"""Bytes to plain FHIR JSON."""

import json

import pytest

from homeward.api.fhir.wire import JSON, LARGEST_MESSAGE, XML, UnreadableMessageError, read_message

PATIENT = {"resourceType": "Patient", "name": [{"family": "Müller-Ōkubo", "given": ["Zoë"]}]}
PATIENT_JSON = json.dumps(PATIENT, ensure_ascii=False)
PATIENT_XML = (
    '<Patient xmlns="http://hl7.org/fhir"><name><family value="Müller-Ōkubo"/><given value="Zoë"/></name></Patient>'
)


class TestReadMessage:
    @pytest.mark.parametrize("text", [PATIENT_JSON, PATIENT_XML], ids=["json", "xml"])
    @pytest.mark.parametrize(
        "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-be"]
    )
    def test_reads_every_unicode_encoding(self, text, encoding):
        assert read_message(text.encode(encoding)).resource == PATIENT

    def test_reads_the_encoding_an_xml_declaration_names(self):
        text = '<?xml version="1.0" encoding="ISO-8859-1"?>\n' + PATIENT_XML.replace("Ō", "O")
        assert read_message(text.encode("latin-1")).resource["name"][0]["family"] == "Müller-Okubo"

    def test_reads_a_declaration_that_is_not_true(self):
        text = '<?xml version="1.0" encoding="UTF-16"?>\n' + PATIENT_XML
        assert read_message(text.encode()).resource == PATIENT

    def test_reads_windows_letters_labelled_as_utf_8_and_says_so(self):
        wire = read_message('{"resourceType": "Patient", "gender": "Zoë"}'.encode("cp1252"))
        assert wire.resource["gender"] == "Zoë"
        assert "Windows-1252" in wire.notes[0].text

    @pytest.mark.parametrize("charset", ["hex", "zip", "rot13", "no-such-charset", "idna"])
    def test_never_uses_a_charset_that_is_no_character_encoding(self, charset):
        wire = read_message(PATIENT_JSON.encode(), f"application/fhir+json; charset={charset}")
        assert wire.resource == PATIENT

    @pytest.mark.parametrize(
        ("before", "after"), [("", "\x00\x00"), ("\n\n ", "\x1a"), ("\ufeff", "\r\n"), ("\t", "\x00\n\x00")]
    )
    @pytest.mark.parametrize("text", [PATIENT_JSON, PATIENT_XML], ids=["json", "xml"])
    def test_passes_over_padding(self, text, before, after):
        wire = read_message(f"{before}{text}{after}".encode())
        assert wire.resource == PATIENT
        assert not wire.notes

    @pytest.mark.parametrize("text", [PATIENT_JSON, PATIENT_XML], ids=["json", "xml"])
    def test_lists_what_follows_the_message(self, text):
        wire = read_message((text + "\n-- signature --").encode())
        assert wire.resource == PATIENT
        assert "more characters" in wire.notes[0].text

    @pytest.mark.parametrize(
        "content_type",
        [None, "", "application/fhir+json", "application/json; charset=utf-8", "text/plain", "APPLICATION/FHIR+JSON"],
    )
    def test_takes_the_content_types_of_json(self, content_type):
        assert read_message(PATIENT_JSON.encode(), content_type).written_in == JSON

    def test_believes_the_content_and_not_the_label(self):
        wire = read_message(PATIENT_XML.encode(), "application/fhir+json")
        assert wire.written_in == XML
        assert "labelled" in wire.notes[0].text

    @pytest.mark.parametrize("content_type", ["text/html", "application/pdf", "multipart/form-data; boundary=x"])
    def test_refuses_other_content_types(self, content_type):
        with pytest.raises(UnreadableMessageError) as caught:
            read_message(PATIENT_JSON.encode(), content_type)
        assert caught.value.status == 415

    @pytest.mark.parametrize(
        ("content", "said"),
        [
            (b"", "empty"),
            (b"\x00\x00\x00", "empty"),
            (b"MSH|^~\\&|", "neither JSON nor XML"),
            (b"%PDF-1.7", "neither JSON nor XML"),
            (b"\x1f\x8b\x08\x00junk", "neither JSON nor XML"),
            (b'{"resourceType": "Patient"', "line 1, column"),
            (b'{"resourceType": "Patient",}', "line 1, column"),
            (b"[1, 2]", "not an object"),
            (b'{"n": ' + b"9" * 5000 + b"}", "number too long"),
            (b"[" * 100_000, "nested"),
            (b'{"a":' * 5000 + b"1" + b"}" * 5000, "nested"),
            (b"<Patient xmlns='http://hl7.org/fhir'><name>", "broken at line"),
            (b"<ClinicalDocument xmlns='urn:hl7-org:v3'/>", "not a FHIR R4 resource"),
            (b"<", "broken"),
            (b"<?xml version='1.0'?>", "broken"),
            (b"<a>" * 300 + b"</a>" * 300, "broken|nested"),
        ],
    )
    def test_refuses_what_is_no_message_and_says_what_to_do(self, content, said):
        with pytest.raises(UnreadableMessageError, match=said):
            read_message(content)

    def test_refuses_a_message_that_is_too_large(self):
        with pytest.raises(UnreadableMessageError) as caught:
            read_message(b" " * (LARGEST_MESSAGE + 1))
        assert caught.value.status == 413

    def test_never_repeats_the_content_in_a_refusal(self):
        with pytest.raises(UnreadableMessageError) as caught:
            read_message(b'{"family": "Hollis" "given"')
        assert "Hollis" not in str(caught.value)

    def test_keeps_both_values_of_an_element_named_twice(self):
        wire = read_message(b'{"resourceType": "Patient", "gender": "female", "gender": "male"}')
        assert wire.resource["gender"] == ["female", "male"]
        assert "twice" in wire.notes[0].text

    @pytest.mark.parametrize("text", [r'"a\u0000b"', r'"a\ud800b"'])
    def test_replaces_characters_that_no_database_keeps(self, text):
        wire = read_message(f'{{"resourceType": "Patient", "gender": {text}}}'.encode())
        assert wire.resource["gender"] == "a\ufffdb"
        assert wire.notes

    def test_reads_numbers_without_losing_digits(self):
        wire = read_message(b'{"resourceType": "Location", "position": {"latitude": 52.92360000000000001}}')
        assert str(wire.resource["position"]["latitude"]) == "52.92360000000000001"
