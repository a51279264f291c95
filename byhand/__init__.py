"""What the notebooks of Backprop by Hand import; it works without the grader.

- `byhand.expect`: is a result right?  A visible test says in one sentence what is off.
- `byhand.gradcheck`: is a gradient right?  Compare it with central differences.
- `byhand.datasets`: small data sets with samples as columns.
- `byhand.plots`: pictures that carry their own description in words.
- `byhand.figures`: figures that move, on the learner's own functions.
- `byhand.tape`: a program that is recorded while it is written.
- `byhand.planted`: engines with a bug, made out of the learner's.
- `byhand.check`: the verdict on an exercise, asked for in the notebook; by the grader's
  hidden tests where they are at hand, which no other module asks for.
- `byhand.progress`: how far one is, in all lessons.

Each is imported by its own name, so that `import byhand` costs nothing.
"""

__version__ = "0.1.0"
