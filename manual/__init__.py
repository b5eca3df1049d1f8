"""Makes the reference pages of docs/ from what the program itself says: ``python -m manual`` writes them."""
