"""How an app begins: with which config, and what takes its place in the same terminal."""
