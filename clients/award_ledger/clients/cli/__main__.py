"""`python -m award_ledger.clients.cli`: the command line without its script."""

import sys

from award_ledger.clients.cli import main

sys.exit(main())
