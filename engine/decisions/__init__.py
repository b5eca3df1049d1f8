"""Which rules fire: yes/no questions over finite facts, decided by durable-rules and kept as look-up tables.

Knows conditions and facts; must not know orders, SQL, policies or months.
"""
