"""A programme tried out on sales that were made: what it would have given, cost and left open."""
