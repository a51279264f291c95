"""Figures that move: one module a lesson, each run on the learner's own functions.

- `byhand.figures.chain` (01): two paths through a fork, counting paths, the step h.
- `byhand.figures.logits` (02): a softmax and its Jacobian.
- `byhand.figures.products` (03): which products fit, and which of them are right.
- `byhand.figures.lineup` (04): a planted bug beside the right gradient.
- `byhand.figures.signal_sizes` (04): the size of a gradient by depth.
- `byhand.figures.momentum` (05): how fast a direction shrinks, and whether it swings.
- `byhand.figures.race` (05): SGD, momentum and Adam.
- `byhand.figures.engine` (06): a graph forward and backward, and a chain of diamonds.

A notebook calls `chain.show(globals())`.  The functions are looked up by name at
every redraw, so a function that has been repaired counts from the next move on.

All lessons share five modules, and imports point one way.  `guard` calls functions
that may do anything.  `surface` draws fast, `controls` makes sliders, and `panel`
joins controls, picture and words.  `network` trains what lesson 04 builds.  Every
other module belongs to one lesson, and imports nothing of another's.
In a figure's own module, `compute` is pure: numbers in, numbers out.
"""
