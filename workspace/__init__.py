"""What an office keeps: snapshots of its imports, runs and their receipts, what it published, and a chain over all.

Uses the engine and is used by the command line; the engine must not know it.
"""
