"""Files of a platform to snapshots: recognised, read, checked, stored, and told.

Uses intake to read and the workspace to store; must not know what is evaluated.
"""
