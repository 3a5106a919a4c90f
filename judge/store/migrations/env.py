"""How Alembic reaches the open connection."""

from alembic import context

# From the last module of tables, so that all of them are known.
from judge.store.labeling_tables import SQLModel

connection = context.config.attributes["connection"]
context.configure(
    connection=connection, target_metadata=SQLModel.metadata, render_as_batch=True, transactional_ddl=True
)
# The caller owns the transaction: tables and version are committed together or not at all.
context.run_migrations()
