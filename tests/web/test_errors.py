"""What is said, and what is logged, when a page fails."""

import logging

import pytest
from django.test import Client, RequestFactory

from homeward.web import views

pytestmark = pytest.mark.django_db


class TestWentWrong:
    def test_logs_where_and_what_kind_and_nothing_of_the_record(self, caplog):
        request = RequestFactory().get("/people/7")
        request.actor = None
        request.csp_nonce = ""
        request.resolver_match = type("Match", (), {"route": "people/<int:person_id>"})()
        request.session = {}
        from django.contrib.messages.storage.fallback import FallbackStorage

        request._messages = FallbackStorage(request)
        with caplog.at_level(logging.ERROR, logger="homeward"):
            try:
                raise ValueError("Ivy Okafor, 999 000 0018")
            except ValueError:
                answer = views.went_wrong(request)
        assert answer.status_code == 500
        assert caplog.messages == ["people/<int:person_id> failed: ValueError"]
        assert "Okafor" not in answer.content.decode()

    def test_an_address_that_is_not_ours_says_so(self):
        answer = Client().get("/no-such-page")
        assert answer.status_code == 404
        assert "Page not found" in answer.content.decode()
