"""The kiosk: a member looks at their own points, and leaves no trace."""
