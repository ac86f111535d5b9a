"""The till's database: SQLite, written through one door, one statement a name."""
