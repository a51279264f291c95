"""Reports as people read them: words, notebooks, tables."""
