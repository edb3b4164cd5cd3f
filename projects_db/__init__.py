"""The project database: tables, one repository a table group, migrations, and file formats."""
