"""What runs inside the box: standard library, NumPy, IPython, msgpack; it holds no answers.

Inside, this folder is the package `gradebox`: the rest of the grader is not there.
"""

NAME_BYTES = 16  # of the name of a child's folder
