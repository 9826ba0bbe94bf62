"""Tasks that end once their gates are decided: looks at ever more of the samples, and bounds that hold at each."""
