"""Steps of the schema, each a module in `versions`, applied in order by `store.schema`."""
