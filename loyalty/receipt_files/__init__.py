"""Files of receipt lines, as tills of other makers export them: read, never opened here."""
