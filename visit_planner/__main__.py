import sys

from visit_planner.cli import main

sys.exit(main())
