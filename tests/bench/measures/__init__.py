"""What benchmarks measure with: trees, watched apps, load, comparisons, and what they say."""
