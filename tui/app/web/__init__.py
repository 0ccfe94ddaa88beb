"""`doorkey web`: the app on a page of one's own browser, by Textual's server behind a guard."""
