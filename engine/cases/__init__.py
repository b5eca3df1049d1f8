"""Cases: given some data, what a policy must come to. They prove that a policy says what its document says."""
