"""What a CI shows of a run: the reports asked for, GitHub's summary and annotations; no verdict is made here."""
