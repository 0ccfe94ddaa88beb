"""What `doorkey doctor` and its screen look at: each check a rule with a verdict and a remedy.

`examination` runs the chapters (surroundings, tenant, client, API, session) side by side, and
tells of each row as it comes.
"""
