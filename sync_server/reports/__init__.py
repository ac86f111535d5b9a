"""Reports: what the chain adds up to, for pages and for files."""
