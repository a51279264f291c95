"""The pictures of the lessons; each carries its description in words.

Every function returns a Picture.  A notebook shows it as it is; its attribute
figure is the Matplotlib figure, alt the description.
"""

from byhand.clouds import before_and_after
from byhand.curves import loss_curves, paths_on_contours
from byhand.diagrams import Edge, Node, computational_graph
from byhand.fits import function_fit
from byhand.graphs import graph_of
from byhand.layers import caches_diagram, chain_diagram, shapes_diagram
from byhand.matrices import heat_map, outer_product_table
from byhand.picture import Picture
from byhand.valleys import valley_walks

__all__ = [
    "Edge",
    "Node",
    "Picture",
    "before_and_after",
    "caches_diagram",
    "chain_diagram",
    "computational_graph",
    "function_fit",
    "graph_of",
    "heat_map",
    "loss_curves",
    "outer_product_table",
    "paths_on_contours",
    "shapes_diagram",
    "valley_walks",
]
