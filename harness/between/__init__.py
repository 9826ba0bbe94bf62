"""What only two models together show: the same answer for another reason, a drop between sets that grew."""
