"""Who may spend what: draws and grants, recalls, taking back, and what entries moved of it."""
