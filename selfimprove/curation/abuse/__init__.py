"""Words and a learned score by which swearing and abuse are found."""
