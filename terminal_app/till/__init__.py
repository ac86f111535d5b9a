"""The Till: the one door through which every face of the shop awards, redeems and prints."""
