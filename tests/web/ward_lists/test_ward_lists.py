"""The pages of ward lists."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from homeward.access.rules import Role
from homeward.discharge.models import HospitalStay, StayQuestion, WardList

HEADER = "stay_id,nhs_number,given_name,family_name,birth_date,ward,admitted_at,meets_criteria"


@pytest.fixture
def manager(sign_in):
    return sign_in(Role.CASE_MANAGER)


@pytest.fixture
def hand_in(manager, service, now):
    """Hands in a list over the page: `hand_in(rows)` gives the address of its preview."""

    def make(*rows: str, **more):
        local = timezone.localtime(now)
        sent = {
            "hospital": "Royal Derby",
            "made_on": local.date().isoformat(),
            "made_at_time": f"{local:%H:%M}",
            "covers": "hospital",
            "shown_for": service.code,
            "file": SimpleUploadedFile("list.csv", "\n".join([HEADER, *rows]).encode(), "text/csv"),
        }
        return manager.post(reverse("ward_lists:lists"), {**sent, **more})

    return make


IVY = "S-1,9990000018,Ivy,Okafor,09/03/1941,Ward 12,21/11/2025 14:20,no"
JACK = "S-2,,Jack,Made-Up,17/02/1938,Ward 12,21/11/2025,"


class TestPages:
    def test_show_what_a_list_would_change_and_take_it_in(self, manager, hand_in, ivy):
        preview = hand_in(IVY, JACK, JACK.replace("S-2", "S-3").replace("1938", "38"))
        page = manager.get(preview.url).content.decode()
        assert "3 rows: 1 sent back, 2 new." in page
        assert "Write the year with four digits" in page
        assert not HospitalStay.objects.exists()
        taken = manager.post(f"{preview.url}/take-in", follow=True).content.decode()
        assert "2 new, 1 sent back." in taken
        assert HospitalStay.objects.get(person=ivy).ward == "Ward 12"
        back = manager.get(f"{preview.url}/file").content.decode()
        assert "birth_date" in back
        assert "Okafor" not in back

    def test_ask_about_who_is_missing_and_take_an_answer(self, manager, hand_in, ivy):
        manager.post(f"{hand_in(IVY, JACK).url}/take-in")
        later = hand_in(IVY)
        assert "Not on the list: to ask the ward about (1)" in manager.get(later.url).content.decode()
        manager.post(f"{later.url}/take-in")
        page = manager.get(reverse("ward_lists:lists")).content.decode()
        assert "No longer on the list: gone home?" in page
        board = manager.get(reverse("coming_home:board")).content.decode()
        assert "1 question for the ward" in board
        assert "Ask the ward: gone home?" in board
        question = StayQuestion.objects.get()
        manager.post(reverse("ward_lists:still_there", args=[question.pk]))
        assert "gone home?" not in manager.get(reverse("ward_lists:lists")).content.decode()
        assert "for the ward" not in manager.get(reverse("coming_home:board")).content.decode()
        assert HospitalStay.objects.filter(left_at__isnull=True).count() == 2

    def test_set_a_list_aside(self, manager, hand_in):
        preview = hand_in(IVY)
        manager.post(f"{preview.url}/set-aside")
        assert (WardList.objects.get().state, HospitalStay.objects.count()) == ("set_aside", 0)

    def test_say_why_a_list_cannot_be_taken_in(self, manager, hand_in):
        preview = hand_in(file=SimpleUploadedFile("list.csv", b"surname,ward\nOkafor,12"))
        assert "admitted_at is missing" in manager.get(preview.url).content.decode()

    @pytest.mark.parametrize(
        ("more", "says"),
        [
            ({"hospital": ""}, "Say which hospital the list is from"),
            ({"made_on": "2999-01-01"}, "in the future"),
            ({"made_on": "soon"}, "Give the day the list was made"),
            ({"covers": ""}, "Say whom the list is about"),
            ({"file": ""}, "Choose a file"),
        ],
    )
    def test_say_what_to_correct(self, hand_in, more, says):
        answer = hand_in(IVY, **more)
        assert answer.status_code == 422
        assert says in answer.content.decode()
        assert not WardList.objects.exists()

    def test_print_what_a_file_says_as_words(self, manager, hand_in):
        preview = hand_in(JACK.replace("Jack", "<script>alert(1)</script>"))
        assert "<script>alert(1)" not in manager.get(preview.url).content.decode()

    def test_give_a_template(self, manager):
        assert manager.get(reverse("ward_lists:template")).content.decode().startswith("\ufeffstay_id")

    def test_are_for_who_moves_stays_on(self, sign_in, hand_in):
        preview = hand_in(IVY)
        worker = sign_in(Role.FIELD_WORKER, "Kim Carer")
        assert worker.get(preview.url).status_code == 403
        assert worker.post(f"{preview.url}/take-in").status_code == 403

    def test_show_no_list_of_another_service(self, hand_in, sign_in, desk, now):
        preview = hand_in(IVY)
        WardList.objects.update(service=_other(desk, now))
        stranger = sign_in(Role.CASE_MANAGER, "Sam Elsewhere")
        assert stranger.get(preview.url).status_code == 404


def _other(desk, now):
    from homeward.teams.services import open_service

    return open_service(actor=desk, code="elsewhere", name="Elsewhere", now=now)
