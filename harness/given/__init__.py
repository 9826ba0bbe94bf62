"""What people have in memory, as models and rows: known by protocols and by names of classes, no library is named."""
