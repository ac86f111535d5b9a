"""The store of head office: tables, migrations, transactions, and the feed's change numbers."""
