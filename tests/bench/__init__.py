"""Speed and memory, measured against something in the same run and told as ratios."""
