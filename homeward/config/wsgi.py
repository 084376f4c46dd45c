"""What the web server runs."""

import os
import threading

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "homeward.config.settings")
application = get_wsgi_application()


def _warm_up() -> None:
    from homeward.outcomes.measures import compiling
    from homeward.visits import planning

    planning.warm_up()
    compiling.warm_up()


# The first accepted crisis must be re-planned, and the first results read, as quickly as the next.
threading.Thread(target=_warm_up, name="warm-up", daemon=True).start()
