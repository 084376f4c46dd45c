"""What the web server runs."""

import os
import threading

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "homeward.config.settings")
application = get_wsgi_application()


def _warm_up() -> None:
    from homeward.visits.planning import warm_up

    warm_up()


# The first accepted crisis must be re-planned as quickly as the next.
threading.Thread(target=_warm_up, name="planner-warm-up", daemon=True).start()
