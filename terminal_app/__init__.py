"""The shop's side: cashier, kiosk, POS plug-in, and the ledger they all write to."""
