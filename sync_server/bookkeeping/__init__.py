"""What head office posts itself: entries of a journal of its own, in the books like any till's."""
