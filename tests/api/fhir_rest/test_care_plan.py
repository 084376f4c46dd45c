"""A plan read over FHIR, whatever it says."""

from homeward.plans.models import VisitPattern


class TestVisitsOfAPlan:
    def test_leave_out_a_weekday_that_there_is_not(self, ask, whole):
        VisitPattern.objects.update(weekdays="139")
        detail = ask(f"/fhir/CarePlan/{whole.plan.pk}")["activity"][0]["detail"]
        assert detail["scheduledTiming"]["repeat"]["dayOfWeek"] == ["mon", "wed"]
