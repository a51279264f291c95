"""Start the warm process; before anything else, find modules in what the judge has read."""

import os
import sys

from .preload import Finder

sys.meta_path.insert(0, Finder(sys.argv[1]))
try:
    from .warm import main

    main(sys.argv[2])
finally:
    os._exit(0)
