"""One contract as support sees it: what is known, why it is so, how it was, and links that show it."""
