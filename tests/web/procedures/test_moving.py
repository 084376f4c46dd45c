"""Open episodes stay on their version until somebody moves them, and the move is recorded."""

from datetime import timedelta

import pytest

from homeward.access.rules import Role
from homeward.audit.models import Event
from homeward.episodes.models import Episode
from homeward.episodes.services import add_episodes
from homeward.procedures.models import Procedure
from homeward.procedures.selectors import procedure

CODE = "reablement-at-home"


@pytest.fixture
def lead(sign_in):
    return sign_in(Role.CASE_MANAGER, "Lena Lead")


@pytest.fixture
def on_old(service, desk, ivy, now) -> Episode:
    """Ivy's open episode, on the version before the one followed now."""
    row = procedure("pathway", CODE)
    stage = row.definition["stages"][1]["code"]
    episode = Episode(service=service, person=ivy, pathway=row, stage=stage, started_at=now - timedelta(days=3))
    (episode,) = add_episodes(actor=desk, service_id=service.pk, episodes=[episode], events=[], now=now)
    return episode


@pytest.fixture
def newer(on_old, now):
    """Publishes the next version: `newer(renamed="starting")` gives its second stage another code."""

    def publish(renamed: str = "") -> Procedure:
        old = on_old.pathway
        definition = {**old.definition, "version": old.version + 1}
        if renamed:
            stages = [dict(stage) for stage in definition["stages"]]
            before, stages[1]["code"] = stages[1]["code"], renamed
            for stage in stages:
                stage["moves_to"] = [renamed if code == before else code for code in stage.get("moves_to", [])]
            definition["stages"] = stages
            definition["visits"] = [one for one in definition.get("visits", []) if one["stage"] != before]
        return Procedure.objects.create(
            kind="pathway", code=CODE, version=old.version + 1, title=old.title, definition=definition,
            content_hash=f"newer{renamed}", published_at=now, published_by="Des Designer",
        )  # fmt: skip

    return publish


class TestOlder:
    def test_counts_open_episodes_by_version_without_a_name(self, sign_in, on_old, newer):
        newer()
        reader = sign_in(Role.PERFORMANCE_LEAD, "Rae Reader")
        page = reader.get(f"/procedures/{CODE}").content.decode()
        assert "1 open episode" in page
        assert "0 open episodes" in page
        assert "Okafor" not in page
        assert reader.get(f"/procedures/older/{CODE}").status_code == 403

    def test_names_who_is_on_another_version_and_leaves_a_trace(self, lead, ivy, on_old, newer):
        newer()
        page = lead.get(f"/procedures/older/{CODE}").content.decode()
        assert ivy.label in page
        assert Event.objects.filter(action="see on older versions", people=[ivy.pk]).exists()

    def test_is_empty_where_everyone_is_on_the_newest(self, lead, on_old):
        assert "Everyone is on version" in lead.get(f"/procedures/older/{CODE}").content.decode()


class TestMove:
    def test_records_the_move_and_why(self, lead, on_old, newer):
        row = newer()
        told = lead.post(f"/procedures/older/{CODE}/move", {"episode": on_old.pk, "reason": "Agreed at the huddle"})
        assert told.status_code == 302
        on_old.refresh_from_db()
        assert on_old.pathway_id == row.pk
        event = on_old.events.get(kind="moved_to_version")
        assert "Agreed at the huddle" in event.detail
        assert event.actor_name == "Lena Lead"

    @pytest.mark.parametrize(
        ("sent", "said"),
        [
            ({"reason": "Because"}, "Choose whom to move"),
            ({"episode": "99999", "reason": "Because"}, "They were moved or closed"),
            ({"episode": "own"}, "Say why they are moved"),
        ],
    )
    def test_asks_for_what_is_missing(self, lead, on_old, newer, sent, said):
        newer()
        told = lead.post(f"/procedures/older/{CODE}/move", {k: on_old.pk if v == "own" else v for k, v in sent.items()})
        assert told.status_code == 422
        assert said in told.content.decode()
        on_old.refresh_from_db()
        assert on_old.pathway.version < procedure("pathway", CODE).version

    def test_asks_for_a_stage_where_the_new_version_does_not_have_theirs(self, lead, on_old, newer):
        newer(renamed="beginning")
        before = on_old.stage
        assert "Not in version" in lead.get(f"/procedures/older/{CODE}").content.decode()
        sent = {"episode": on_old.pk, "reason": "Because"}
        told = lead.post(f"/procedures/older/{CODE}/move", sent)
        assert told.status_code == 422
        assert "Choose the stage they go on from" in told.content.decode()
        lead.post(f"/procedures/older/{CODE}/move", sent | {f"stage-{before}": "beginning"})
        on_old.refresh_from_db()
        assert on_old.stage == "beginning"

    def test_is_refused_to_those_who_do_not_write_plans(self, sign_in, on_old, newer):
        newer()
        reader = sign_in(Role.FRONT_DOOR, "Fay Field")
        assert reader.get(f"/procedures/older/{CODE}").status_code == 200
        told = reader.post(f"/procedures/older/{CODE}/move", {"episode": on_old.pk, "reason": "Because"})
        assert told.status_code == 403
