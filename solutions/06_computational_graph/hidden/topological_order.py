"""topological_order: any order that has every node behind its inputs."""

from collections import deque

import numpy as np
from solution import topological_order

from grader.exercise import Case, exercise

asked = exercise(
    "topological_order",
    # Any walk is right where there is one way to each node.
    not_alone=(
        "a chain",
        "nodes that lead nowhere",
        "an input twice",
        "the output alone",
        "a deep chain",
    ),
)


def orderly(needed, right):
    """Return a check of an order; any right one will do.

    Args:
        needed: the nodes that reach the output.
        right: an order of them: who returns this one is not looked at any further.
    """

    def check(result, inputs_of, output):
        kinds = set(map(type, result))
        if kinds != {int} and any(np.asarray(node).dtype.kind not in "iu" for node in result):
            return "a node of the list is no integer"
        order = [int(node) for node in result]
        if order == right:
            return None
        place = {node: number for number, node in enumerate(order)}
        if len(place) < len(order):
            return "a node stands in the list more than once"
        if place.keys() - needed:
            return "a node of the list does not reach the output"
        if needed - place.keys():
            return "a node that reaches the output is missing"
        if order[0] == output and len(order) > 1:
            return "the output comes first"
        if any(place[before] > place[node] for node in order for before in inputs_of[node]):
            return "a node stands before one of its inputs"
        return None

    return check


def reaching(inputs_of, output):
    """Return the nodes that reach the output, where each has a larger number than its inputs."""
    found = {output}
    for node in range(output, -1, -1):
        if node in found:
            found.update(inputs_of[node])
    return sorted(found)


DEPTH = 1_100  # more calls inside each other than Python allows; the visible test asks for 5000
GRAPHS = [
    (group, inputs_of, output, reaching(inputs_of, output))
    for group, inputs_of, output in [
        ("a chain", [[], *[[node] for node in range(7)]], 7),
        ("a diamond", [[], [0], [0], [1, 2], [3], [3], [5, 4]], 6),
        # Who counts the inputs that are missing, but each only once, is early somewhere.
        (
            "ways of different length",
            [[], [], [0, 0, 1], [1, 1, 0], [0], [4], [0, 0, 5], [6, 6, 2, 3]],
            7,
        ),
        ("ways of different length", [[], [0], [0, 1], [2, 1], [1, 3], [4, 0, 2]], 5),
        ("ways of different length", [[], [], [0, 1], [2, 1], [3, 2], [0, 4, 1]], 5),
        (
            "nodes that lead nowhere",
            [[], [0], [1], [2], [3], [4], [5, 1], [], [7], [], [0], [1], [2], [3]],
            4,
        ),
        ("an input twice", [[], [], [], [0, 0], [3, 1, 3, 2]], 4),
        ("the output alone", [[], [], [0]], 1),
        (
            "a chain of diamonds",
            [[], *[places for i in range(0, 60, 2) for places in ([i], [i, i + 1])]],
            60,
        ),
        ("a deep chain", [[], *[[node] for node in range(DEPTH - 1)]], DEPTH - 1),
    ]
]
"""Group, graph, output and a right order; each is asked about with other numbers."""


@asked.cases
def graphs(rng):
    """Ways of different length, dead ends, repeated inputs; deep ones, and many paths."""
    for group, inputs_of, output, order in GRAPHS:
        # The numbers say nothing about an order.
        numbers = rng.permutation(len(inputs_of)).tolist()
        mixed = [()] * len(inputs_of)
        for number, inputs in zip(numbers, inputs_of, strict=True):
            mixed[number] = [numbers[before] for before in inputs]
        right = [numbers[node] for node in order]
        yield Case(mixed, numbers[output], group=group, check=orderly(set(right), right))


def first_reached(inputs_of, output):
    """Return the nodes in the order in which a walk, depth first, comes to them."""
    seen, stack = [], [output]
    found = set()
    while stack:
        node = stack.pop()
        if node not in found:
            found.add(node)
            seen.append(node)
            stack += inputs_of[node][::-1]
    return seen


def by_distance(inputs_of, output):
    """Return the nodes in the order of their distance from the output."""
    seen, queue, found = [], deque([output]), {output}
    while queue:
        node = queue.popleft()
        seen.append(node)
        for before in inputs_of[node]:
            if before not in found:
                found.add(before)
                queue.append(before)
    return seen


def calling_itself(inputs_of, output):
    order = []

    def visit(node):
        if node not in order:
            for before in inputs_of[node]:
                visit(before)
            order.append(node)

    visit(output)
    return order


def without_marks(inputs_of, output):
    if len(inputs_of) == 61:
        raise TimeoutError("more paths than anybody can walk")
    order, stack = [], [(output, False)]
    while stack:
        node, done = stack.pop()
        if done:
            order.append(node)
        else:
            stack.append((node, True))
            stack += [(before, False) for before in inputs_of[node]]
    return order


def all_nodes(inputs_of, output):
    order = topological_order(inputs_of, output)
    return [*set(range(len(inputs_of))).difference(order), *order]


asked.mistake(
    "depth first, turned round",
    answer=lambda inputs_of, output: first_reached(inputs_of, output)[::-1],
    hint="When a node is first reached says nothing about its inputs. When may it be appended?",
)
asked.mistake(
    "by the distance from the output",
    answer=lambda inputs_of, output: by_distance(inputs_of, output)[::-1],
    hint="A node may be near to the output by one way and far by another. Which one counts?",
    earns="graphs in which all ways between two nodes are of one length are right",
)
asked.mistake(
    "the output first",
    answer=lambda inputs_of, output: topological_order(inputs_of, output)[::-1],
    hint="Who stands first in your list, who last? What does a run need first?",
)
asked.mistake(
    "by their numbers",
    answer=lambda inputs_of, output: sorted(topological_order(inputs_of, output)),
    hint="The numbers are names. What says that one node needs another?",
)
asked.mistake(
    "nodes that lead nowhere",
    answer=all_nodes,
    hint="Begin at the output and look at what it needs. Do you begin somewhere else?",
    earns="the order of what is needed is right",
)
asked.mistake(
    "the output is missing",
    answer=lambda inputs_of, output: topological_order(inputs_of, output)[:-1],
    hint="Does the output reach itself?",
)
asked.mistake(
    "nodes more than once",
    answer=without_marks,
    hint="A node with two users is reached twice. How do you know the second time?",
)
asked.mistake(
    "calls inside each other",
    answer=calling_itself,
    hint="Right, but for deep graphs: Python allows only some thousand calls inside each other. "
    "Keep the nodes that wait in a list.",
    earns="an edge: the order is right",
)
