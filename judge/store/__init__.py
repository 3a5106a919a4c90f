"""The store: tables, migrations and the ledger."""
