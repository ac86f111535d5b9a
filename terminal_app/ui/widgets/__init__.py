"""Parts of screens that know nothing of sales."""
