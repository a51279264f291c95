"""Stands for a package that is not installed.

jsonschema checks one kind of address with it, if it is there.  Imported, it builds a
parser, which takes longer than all the rest of many a command, and the tests run
hundreds.  No notebook holds such an address.
"""

raise ImportError("left out of the tests' commands")
