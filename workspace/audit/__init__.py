"""What an inspector asks of a workspace: is it whole, what decided this, what changed and why, give me the evidence.

Reads the workspace and the engine; writes nothing into either. Nothing else may import it but the command line.
"""
