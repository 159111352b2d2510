"""Column lineage read from the SELECT files, for the graph to show."""
