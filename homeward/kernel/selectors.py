"""Reading the list of changes."""

from homeward.kernel.models import Change


def latest_change(topics: tuple[str, ...]) -> int:
    """The number of the newest change under any of `topics`; 0 when there has been none. Holds nothing personal."""
    newest = [
        Change.objects.filter(topic=topic).order_by("-id").values_list("id", flat=True).first() for topic in topics
    ]
    return max((number for number in newest if number), default=0)
