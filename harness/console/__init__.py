"""What commands write on stdout, and how; it reads runs and computes nothing."""
