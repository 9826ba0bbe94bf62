"""Native text attacks and explainers: sessions with no dependency but the harness itself."""
