"""How far a run is and how long it still takes, in lines or in a bar: it looks at what ended and runs nothing."""
