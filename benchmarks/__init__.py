"""Speed, accuracy and reliability: each prints a table and writes JSON."""
