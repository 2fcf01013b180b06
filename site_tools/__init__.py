"""The build tools of the site: Markdown extensions, one hook for notebooks, one driver."""
