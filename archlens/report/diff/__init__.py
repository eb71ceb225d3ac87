"""What a change to a network changes, for people and machines."""
