"""How style sheets and scripts are kept: under names that change with their content, compressed once."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class StaticFiles(CompressedManifestStaticFilesStorage):
    """Also renames what one script imports from another, which would else ask for a file that is not there."""

    support_js_module_import_aggregation = True
