"""A guestbook on Flask and Postgres that shows which version serves it."""
