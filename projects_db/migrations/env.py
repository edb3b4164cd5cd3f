"""What Alembic runs for every command; `projects_db.migrate` hands over a connection that has begun a transaction."""

from alembic import context

from projects_db.tables import Base

context.configure(connection=context.config.attributes["connection"], target_metadata=Base.metadata)
with context.begin_transaction():
    context.run_migrations()
