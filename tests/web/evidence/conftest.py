"""A history that measures can be made of is made as for results."""

from tests.web.results.conftest import copied

__all__ = ["copied"]
