"""Head office in a browser: pages made on the server, which work without any script."""
