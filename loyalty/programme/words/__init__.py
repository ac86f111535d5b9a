"""What a programme promises and why a sale earned what it did, in plain words."""
