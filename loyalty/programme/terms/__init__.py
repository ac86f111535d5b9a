"""The terms of a programme: what each table of its document may say, one module a subject."""
