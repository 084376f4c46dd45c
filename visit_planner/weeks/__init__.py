"""Plans a week: on which days each pattern of visits falls, then who goes where on every day.

    week = Week(workers, patterns, travel)   workers with the shifts of the week, patterns instead of visits
    plan = plan_week(week, seconds=60)       the days chosen and the plan of all of them
    check_week(week, plan)                   what it breaks, over the whole week
    explain_week(week, plan)                 why these days, whom each person sees, why not

Days are numbers from 0. Shifts are in minutes from midnight of day 0; windows of patterns in minutes from midnight of
whatever day they fall on.
"""

from visit_planner.weeks.checking import check_week
from visit_planner.weeks.explaining import WeekExplanations, explain_week
from visit_planner.weeks.planning import plan_week
from visit_planner.weeks.week import Pattern, Week, WeekPlan, week_problem

__all__ = [
    "Pattern",
    "Week",
    "WeekExplanations",
    "WeekPlan",
    "check_week",
    "explain_week",
    "plan_week",
    "week_problem",
]
