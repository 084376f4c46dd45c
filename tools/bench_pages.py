"""Print what each screen costs the service: CPU milliseconds a page, through Django's test client.

    python tools/bench_pages.py [--times 10]

Uses the database of HOMEWARD_VAR or DATABASE_URL, which must have a fictitious place. Reading is all it does; as every
reading, it is audited. Exits 1 when Today's median is not under its limit.
"""

import argparse
import os
import re
import statistics
import sys
import time

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "homeward.config.settings")
LIMIT_MILLISECONDS = 300  # Today with 1,200 visits
SCREENS = (
    ("planner", "Today, timeline", "/today/"),
    ("planner", "Today, table", "/today/?view=table"),
    ("planner", "Roster, four weeks of everybody", "/roster/"),
    ("frontdoor", "Front door", "/front-door/"),
    ("responder", "Responding", "/responding/"),
    ("casemanager", "People", "/people/"),
    ("designer", "A procedure", "/procedures/integrated-crisis-response"),
)


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--times", type=int, default=10)
    times = max(1, options.parse_args().times)
    django.setup()
    from django.test import Client

    from homeward.teams.models import Account

    slow = False
    for username, title, path in SCREENS:
        account = Account.objects.filter(username=username).first()
        if account is None:
            print(f"There is no account {username}. Make a place first: homeward demo", file=sys.stderr)
            return 2
        client = Client(HTTP_HOST="127.0.0.1")
        client.force_login(account, backend="django.contrib.auth.backends.ModelBackend")
        client.get(path)  # the first compiles the templates
        spent = []
        for _ in range(times):
            began = time.process_time()
            answer = client.get(path)
            spent.append((time.process_time() - began) * 1000)
        if answer.status_code != 200:
            print(f"{title} answered {answer.status_code}", file=sys.stderr)
            return 1
        html = answer.content.decode()
        visits = re.search(r"<b>([\d,]+)</b> visits", html)
        print(
            f"{title:<16} CPU ms least {min(spent):4.0f}, median {statistics.median(spent):4.0f} of {times};"
            f" {len(html) / 1024:5.0f} kB{f'; {visits.group(1)} visits' if visits else ''}"
        )
        slow = slow or (path.startswith("/today/") and statistics.median(spent) >= LIMIT_MILLISECONDS)
    return 1 if slow else 0


if __name__ == "__main__":
    sys.exit(main())
