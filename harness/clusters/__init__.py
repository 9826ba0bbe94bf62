"""Samples whose texts a model embeds alike, as phrases that weak segments are looked for by; no error, no score."""
