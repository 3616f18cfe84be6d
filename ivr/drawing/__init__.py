"""Flows as pictures: what is drawn (`picture`, `steps`, `map`) and how Graphviz is told (`graphviz`, `looks`)."""
