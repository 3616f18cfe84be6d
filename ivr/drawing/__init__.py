"""Flows as pictures: what is drawn (`picture`, `steps`, `map`) and how it is put to Graphviz (`graphviz`, `looks`)."""
