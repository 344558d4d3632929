"""A measure's Terms in plain sentences, for people who decide under them and do not read code."""
