"""`homeward migrate`: Django's own, except that an empty database gets today's tables at once."""

from django.apps import apps
from django.core.management.commands.migrate import Command as DjangoCommand
from django.db import connections, transaction
from django.db.migrations import RunPython
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

HISTORY_ASKED_FOR = ("app_label", "migration_name", "fake", "fake_initial", "plan", "check_unapplied", "prune")


class Command(DjangoCommand):
    """Going through every migration takes an empty database most of a minute; its end result takes seconds.

    A migration's Python runs all the same, unless it says it only carries data over (`elidable`). Either everything is
    there afterwards or nothing is.
    """

    def handle(self, *args, **options):
        connection = connections[options["database"]]
        is_history_asked_for = any(options.get(name) for name in HISTORY_ASKED_FOR)
        if not is_history_asked_for and not connection.introspection.table_names():
            self.verbosity = options["verbosity"]
            # SQLite only alters tables where its foreign keys are off, and only turns them off outside a transaction
            with connection.constraint_checks_disabled(), transaction.atomic(using=connection.alias):
                self._lay_everything(connection)
        return super().handle(*args, **options)

    def _lay_everything(self, connection) -> None:
        self.sync_apps(connection, {config.label for config in apps.get_app_configs()})
        recorder, graph = MigrationRecorder(connection), MigrationLoader(connection).graph
        recorder.ensure_schema()
        for target in sorted(graph.leaf_nodes()):
            for key in graph.forwards_plan(target):
                if key in recorder.applied_migrations():
                    continue
                for operation in graph.nodes[key].operations:
                    if isinstance(operation, RunPython) and not operation.elidable:
                        with connection.schema_editor() as editor:
                            operation.code(apps, editor)
                recorder.record_applied(*key)
