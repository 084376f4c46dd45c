"""The fixed lists of this room."""

from django.db import models


class Purpose(models.TextChoices):
    """Why something was seen or done (ISO 27789 asks for it where it is known). Empty where nobody said."""

    DIRECT_CARE = "direct_care", "Care of the person"
    EMERGENCY = "emergency", "Care beyond what ties the reader to the person, for a reason given"
    RUNNING = "running", "Running the service"
    AUDIT = "audit", "Watching who looks at records"
    DATA_RIGHTS = "data_rights", "Answering somebody about their own record"
    MESSAGING = "messaging", "Messages between systems"
