"""Records that are likely to be the same: noticed as they are written, asked about, and found in whole collections."""
