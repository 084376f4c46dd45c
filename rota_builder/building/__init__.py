"""How a rota is built: laid out once, then improved part by part with CP-SAT."""

from rota_builder.building.searching import BuildError, build_rota

__all__ = ["BuildError", "build_rota"]
