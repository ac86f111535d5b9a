"""Light and dark: calm grounds, high contrast, and never a meaning in colour alone."""

from textual.theme import Theme

LIGHT = Theme(
    name="paragon-light",
    dark=False,
    primary="#0b5a61",
    secondary="#3f6f75",
    accent="#8a4b08",
    success="#14622f",
    warning="#7a4a00",
    error="#a01c1c",
    foreground="#16201f",
    background="#e9ece9",
    surface="#fbfcfa",
    panel="#d6dcd9",
    variables={
        "on-primary": "#ffffff",
        "quiet": "#4d5b59",
        "good-ground": "#dff0e3",
        "warn-ground": "#fbeccb",
        "bad-ground": "#f9dedc",
        "input-cursor-background": "#0b5a61",
        "input-cursor-foreground": "#ffffff",
        "input-selection-background": "#0b5a61 25%",
    },
)

DARK = Theme(
    name="paragon-dark",
    dark=True,
    primary="#63c5bb",
    secondary="#8fb8b3",
    accent="#f0b45c",
    success="#7fd69a",
    warning="#f0c36b",
    error="#ff9a90",
    foreground="#e8efed",
    background="#0f1617",
    surface="#172123",
    panel="#263336",
    variables={
        "on-primary": "#06201f",
        "quiet": "#9fb2af",
        "good-ground": "#123222",
        "warn-ground": "#3a2c0e",
        "bad-ground": "#451a18",
        "input-cursor-background": "#63c5bb",
        "input-cursor-foreground": "#06201f",
        "input-selection-background": "#63c5bb 30%",
    },
)
