"""What lessons 04 and 05 try out with a learner's functions, where it takes many lines.

- `byhand.experiments.training`: train a network, watch it, and look at its errors.
- `byhand.experiments.suspects`: a line-up of backward passes, one of them right.
- `byhand.experiments.costs`: what a gradient costs, and a sweep of learning rates.

Each takes a notebook's globals() and looks its functions up by name.  A stub that is
not written yet is named in a line; every other exception is the learner's to read.
"""
