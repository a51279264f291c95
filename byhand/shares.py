"""Shares of a softmax beside sigmoids: what one rising logit does to each."""

from byhand import captions
from byhand.picture import BLUE, VERMILLION, Picture, drawing

# Of the logits 0, ln 2, ln 5, and then of 0, ln 2, ln 10.
_SIGMOIDS = ((1 / 2, 2 / 3, 5 / 6), (1 / 2, 2 / 3, 10 / 11))
_SHARES = ((1 / 8, 2 / 8, 5 / 8), (1 / 13, 2 / 13, 10 / 13))


def one_logit_rises() -> Picture:
    """Draw three sigmoids and a softmax of three, before and after the third logit rises."""
    titles = {captions.SIGMOIDS: _SIGMOIDS, "softmax": _SHARES}
    with drawing(3.0) as figure:
        panels = figure.subplots(1, 2, sharex=True, sharey=True)
        for panel, (title, heights) in zip(panels, titles.items(), strict=True):
            for which, (label, colour, hatch) in enumerate(
                ((captions.LN_5, BLUE, ""), (captions.LN_10, VERMILLION, "//"))
            ):
                panel.bar(
                    [place + 0.4 * which - 0.2 for place in (1, 2, 3)],
                    heights[which],
                    width=0.36,
                    color=colour,
                    hatch=hatch,
                    edgecolor="white",
                    label=label,
                )
            panel.set(title=title, xlabel=captions.OUTPUT, xticks=(1, 2, 3), ylim=(0, 1))
        figure.legend(
            *panels[0].get_legend_handles_labels(),
            loc="outside lower center",
            ncols=2,
            frameon=False,
        )
    words = [captions.LOGIT_RISES]
    for title, (before, after) in titles.items():
        change = [captions.change(b, a) for b, a in zip(before, after, strict=True)]
        words.append(captions.sentence(captions.titled(title, ", ".join(change))))
    return Picture(figure, "\n".join(words))
