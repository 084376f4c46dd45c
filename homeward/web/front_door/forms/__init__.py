"""What is typed at the front door. Nothing typed is ever lost: a form with errors shows what was typed again."""
