"""From a receipt to paper: words and layout, the spool, one writer for the printer."""
