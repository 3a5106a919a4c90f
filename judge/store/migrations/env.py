"""How Alembic reaches the open connection."""

from alembic import context

# Every module of tables is imported, so that all of them are known.
from judge.store import deliveries, edition_tables, labeling_tables, tuning_tables, watch_tables  # noqa: F401
from judge.store.tables import SQLModel

connection = context.config.attributes["connection"]
context.configure(
    connection=connection, target_metadata=SQLModel.metadata, render_as_batch=True, transactional_ddl=True
)
# The caller owns the transaction: tables and version are committed together or not at all.
context.run_migrations()
