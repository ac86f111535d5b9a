"""The desk: what the tills counted held against what head office holds."""
