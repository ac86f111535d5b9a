"""What a programme must keep to beyond its form: names that exist, amounts that can be paid, terms
that do not contradict each other. A module a subject."""
