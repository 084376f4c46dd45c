import sys

from rota_builder.cli import main

sys.exit(main())
