"""A report as one HTML page that needs nothing else: `network` for one network, `networks` for several side by side."""
