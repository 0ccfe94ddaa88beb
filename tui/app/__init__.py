"""The Textual app; nothing else in the project imports Textual."""
