"""(4) DOES IT WORK: the integration confirmation, step by step, as the portal itself sees it happen."""
