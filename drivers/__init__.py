"""Devices of a till: printers and scanners, and simulators of them; knows nothing of loyalty."""
