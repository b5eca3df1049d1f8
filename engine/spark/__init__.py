"""Spark in place of DuckDB for the orders: the same trees, rendered for Spark. Needs the extra ``spark`` and Java."""
