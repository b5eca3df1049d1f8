"""Whether a policy version is sound: everything wrong or odd in it, each finding with its place. Must not change it."""
