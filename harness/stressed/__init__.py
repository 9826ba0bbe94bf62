"""A sample before and after a perturbation: how it is asked, what it decided, what severities and draws show."""
