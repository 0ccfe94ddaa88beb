"""Sign in at OpenID Providers that nobody here wrote, each as its package comes."""
