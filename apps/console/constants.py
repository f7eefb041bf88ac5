"""Numbers and names of the console."""

CAPTCHAS_PER_MINUTE = 60
FIGURES_SECONDS = 20
"""How long the dashboard's figures are kept at most."""

PLOT_DAYS = 14

SEARCH_PER_MODEL = 5
MIN_SEARCH_LETTERS = 2

SESSIONS = "sys:session"
"""The resource of everybody's sessions."""
