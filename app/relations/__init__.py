"""What articles have to do with each other, as pure functions of their texts: no rows, no requests."""
