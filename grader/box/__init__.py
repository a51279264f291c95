"""What runs inside the box: standard library, NumPy and IPython; it holds no answers.

Inside, this folder is the package `gradebox`: the rest of the grader is not there.
"""
