"""A buyer arrives: the claim that stands for a token, and linking it to an organisation."""
