"""The screens of the shop: the cashier's and the kiosk's, both faces of the Till."""
