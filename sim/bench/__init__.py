"""Figures beside their goals: each bench has run(say)."""
