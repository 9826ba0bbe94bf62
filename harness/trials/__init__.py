"""One component, run once on data that ship or are made by code, and what it did in lines."""
