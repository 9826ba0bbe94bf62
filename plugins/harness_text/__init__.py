"""Texts and text pairs as kinds of input, and what may befall them: no dependency but the harness itself."""
