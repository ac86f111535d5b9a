"""A draft of a programme tried out on the shop's own sales, and what it came to, shown."""
