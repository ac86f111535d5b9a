"""Ways to carry bytes to a device: network, serial line, file."""
