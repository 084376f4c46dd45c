"""The template environment: NHS components, our own pages, and the few words every page uses."""

from datetime import datetime

import jinja2
from django.conf import settings
from django.contrib.messages import get_messages
from django.templatetags.static import static
from django.urls import reverse

from homeward.access.rules import ROLE_TITLES, Permission
from homeward.kernel.rules import LONDON, clock_text
from homeward.kernel.selectors import latest_change
from homeward.notices.selectors import unseen_count


def environment(**options) -> jinja2.Environment:
    """The environment that Django renders every page with."""
    env = jinja2.Environment(
        loader=jinja2.ChoiceLoader(
            [jinja2.PackageLoader("homeward.web"), jinja2.PackageLoader("nhsuk_frontend_jinja")]
        ),
        undefined=jinja2.ChainableUndefined,  # NHS components read parameters that were never given
        autoescape=True,
        auto_reload=bool(options.get("auto_reload")),
        trim_blocks=True,
        lstrip_blocks=True,
    )
    env.globals.update(
        static=static,
        url=_url,
        Permission=Permission,
        role_titles=ROLE_TITLES,
        messages_of=get_messages,
        notices_unseen=unseen_count,
        change_now=latest_change,
        poll_seconds=settings.LIVE_POLL_SECONDS,
    )
    env.filters.update(clock=clock_text, day=day_text, moment=moment_text)
    return env


def _url(name: str, *args, **kwargs) -> str:
    return reverse(name, args=args or None, kwargs=kwargs or None)


def day_text(day) -> str:
    """A day as the NHS writes it: Sunday 22 November 2026."""
    if isinstance(day, datetime):
        day = day.astimezone(LONDON).date()
    return f"{day:%A} {day.day} {day:%B %Y}"


def moment_text(moment: datetime) -> str:
    """A day and time: 22 November 2026, 9:30am."""
    local = moment.astimezone(LONDON)
    return f"{local.day} {local:%B %Y}, {clock_text(local)}"
