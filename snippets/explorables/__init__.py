"""What a reader moves: a module an explorable, compiled for the page and drawn once for the build."""
