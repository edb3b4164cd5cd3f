"""Changes of the tables, oldest first: one file a step in `versions/`. `projects_db.migrate` runs them."""
