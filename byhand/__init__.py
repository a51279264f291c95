"""What the notebooks of Backprop by Hand import; it never imports the grader.

- `byhand.gradcheck`: is a gradient right?  Compare it with central differences.
- `byhand.datasets`: small data sets with samples as columns.
- `byhand.plots`: pictures that carry their own description in words.
- `byhand.figures`: figures that move, on the learner's own functions.
- `byhand.tape`: a program that is recorded while it is written.
- `byhand.planted`: engines with a bug, made out of the learner's.

Each is imported by its own name, so that `import byhand` costs nothing.
"""

__version__ = "0.1.0"
