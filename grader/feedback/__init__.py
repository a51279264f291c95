"""Feedback pages and marking by hand, as nbgrader and Formgrader ask for them."""
